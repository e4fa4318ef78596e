# cmake -DIN=file -DOUT=file.cc -P: the bytes of a descriptor set as a C++ array.
file(READ ${IN} hex HEX)
string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE ${OUT} "#include <cstddef>\nnamespace seabed {\nextern const unsigned char kFormatDescriptors[];\n"
  "extern const size_t kFormatDescriptorsSize;\nconst unsigned char kFormatDescriptors[] = {\n${bytes}\n};\n"
  "const size_t kFormatDescriptorsSize = sizeof kFormatDescriptors;\n}\n")
