# The mechanisms of AUTH; the seeds are made by auth_seeds.py. Proofs of clients are made by OpenSSL.
if(CMTA_SASL AND CMTA_TLS)
  cmta_fuzz(auth fuzz_auth.c auth_client.c)
  target_link_libraries(fuzz_auth PRIVATE cmta_server_objects libev::libev PkgConfig::gsasl crypt OpenSSL::SSL)
  target_link_options(fuzz_auth PRIVATE
    LINKER:--wrap=cmta_session_tls LINKER:--wrap=cmta_session_mechanisms LINKER:--wrap=cmta_session_tls_export)
endif()
