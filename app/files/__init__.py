"""Files (giấy tờ gửi lên và giấy phường cấp): checked, cleaned, encrypted, kept."""
