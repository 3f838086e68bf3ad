# Faults in words, read and written.
if(CMTA_TESTKIT)
  cmta_fuzz(fault_words fuzz_fault_words.c)
  target_link_libraries(fuzz_fault_words PRIVATE cmta_testkit_objects cmta_server_static)
endif()
