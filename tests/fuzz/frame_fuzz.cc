#include "core/format/frame.h"

#include "tests/fuzz/fuzz_target.h"

using namespace seabed;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes = fuzz_view(data, size);
  auto header = decode_file_header(bytes, "fuzz");
  if (!header) return 0;
  auto body = decode_file(header->type, bytes, "fuzz");
  if (body) fuzz_expect(encode_file(header->type, *body) == bytes);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {encode_file(FileType::kRound, ""), encode_file(FileType::kCheckpoint, std::string(100, 'c')),
          encode_file_header({.type = FileType::kLogFile})};
}
