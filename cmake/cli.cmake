# The program `candor`.
find_package(CLI11 REQUIRED)
file(GLOB cli_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/candor/cli/*.cpp)
if(cli_sources)
  add_executable(candor_program ${cli_sources})
  set_target_properties(candor_program PROPERTIES OUTPUT_NAME candor)
  target_link_libraries(candor_program PRIVATE candor candor_flags CLI11::CLI11 nlohmann_json::nlohmann_json)
endif()
