# What `pip install` adds to the interfaces, so that the result is whole by itself: tf2_msgs, which has
# no wheel, and this project as a ROS 2 package (launch files, one starter per executable).
get_filename_component(_clone "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
# A CMake project of its own, built while installing: two ament packages do not fit in one project.
install(CODE "
  foreach(_arguments IN ITEMS
      \"-S;${CMAKE_CURRENT_LIST_DIR}/../tf2_msgs;-B;${CMAKE_CURRENT_BINARY_DIR}/tf2_msgs;-DPATROL_ROS_WHEELS=ON;-DBUILD_TESTING=OFF;-DCMAKE_BUILD_TYPE=Release;-DPython3_EXECUTABLE=${Python3_EXECUTABLE};-DCMAKE_INSTALL_PREFIX=\${CMAKE_INSTALL_PREFIX}\"
      \"--build;${CMAKE_CURRENT_BINARY_DIR}/tf2_msgs;--target;install\")
    execute_process(COMMAND \"${CMAKE_COMMAND}\" \${_arguments} COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
  execute_process(
    COMMAND \"${Python3_EXECUTABLE}\" \"${_clone}/launch/setup/patrol_setup/prefix.py\"
      \"${_clone}/launch\" \"\${CMAKE_INSTALL_PREFIX}\" \"/usr/bin/env python3\"
    COMMAND_ERROR_IS_FATAL ANY)
")
