# Makes the source of embedded_text(): the files' paths and contents, as C++ has them.
set(embedded_files
  pipeline/render/render.mjs
  pipeline/report/record.html
  pipeline/report/page/page.html
  pipeline/report/page/page.css
  pipeline/report/page/page.js
  pipeline/report/page/table.js)
set(embedded_table "")
foreach(file IN LISTS embedded_files)
  file(READ ${PROJECT_SOURCE_DIR}/${file} content)
  string(APPEND embedded_table "    {\"${file}\", R\"~embedded~(${content})~embedded~\"},\n")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${file})
endforeach()
set(embedded_texts ${PROJECT_BINARY_DIR}/embedded.cpp)
configure_file(${PROJECT_SOURCE_DIR}/pipeline/text/embedded.cpp.in ${embedded_texts} @ONLY)
