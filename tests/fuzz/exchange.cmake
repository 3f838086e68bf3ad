# AUTH in a server without sockets; the seeds are made by exchange_seeds.py. The linker puts what exchange_line.c has in its place.
if(CMTA_SASL AND CMTA_TLS)
  cmta_fuzz(exchange fuzz_exchange.c exchange_line.c exchange_oracle.c auth_client.c)
  target_compile_definitions(fuzz_exchange PRIVATE _GNU_SOURCE)
  target_link_libraries(fuzz_exchange PRIVATE cmta_server_objects libev::libev PkgConfig::gsasl crypt OpenSSL::SSL)
  target_link_options(fuzz_exchange PRIVATE
    LINKER:--wrap=channel_plain LINKER:--wrap=tls_facts LINKER:--wrap=tls_export
    LINKER:--wrap=ev_timer_start LINKER:--wrap=password_salt)
endif()
