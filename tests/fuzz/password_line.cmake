# Lines of password files, read and made.
if(CMTA_SASL)
  cmta_fuzz(password_line fuzz_password_line.c)
  target_link_libraries(fuzz_password_line PRIVATE cmta_server_objects libev::libev PkgConfig::gsasl crypt)
endif()
