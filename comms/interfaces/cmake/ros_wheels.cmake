# Lets these ament packages build against the ROS 2 wheels of a Python environment (no system ROS).
# Included only when SKBUILD or PATROL_ROS_WHEELS is set; harmless beside a sourced ROS 2.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
execute_process(
  COMMAND ${Python3_EXECUTABLE} -c
    "import ament_package, pathlib; print(pathlib.Path(ament_package.__file__).parents[4])"
  OUTPUT_VARIABLE _wheels_prefix OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
message(STATUS "ROS 2 wheels: ${_wheels_prefix}")
list(PREPEND CMAKE_PREFIX_PATH "${_wheels_prefix}")
set(ENV{AMENT_PREFIX_PATH} "${_wheels_prefix}")
set(PYTHON_INSTALL_DIR
  "lib/python${Python3_VERSION_MAJOR}.${Python3_VERSION_MINOR}/site-packages" CACHE STRING "" FORCE)

# The wheels' exported targets name include folders of the machine that built them; CMake refuses
# folders that do not exist, so they are dropped once every target has been imported.
function(_ros_wheels_fix_targets)
  get_property(_targets DIRECTORY PROPERTY IMPORTED_TARGETS)
  foreach(_target IN LISTS _targets)
    get_target_property(_dirs ${_target} INTERFACE_INCLUDE_DIRECTORIES)
    if(_dirs)
      set(_existing "")
      foreach(_dir IN LISTS _dirs)
        if(_dir MATCHES "^\\$<" OR EXISTS "${_dir}")
          list(APPEND _existing "${_dir}")
        endif()
      endforeach()
      set_property(TARGET ${_target} PROPERTY INTERFACE_INCLUDE_DIRECTORIES "${_existing}")
    endif()
  endforeach()
endfunction()
cmake_language(DEFER CALL _ros_wheels_fix_targets)
