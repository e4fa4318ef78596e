// The messages themselves: whatever parses must print and parse again to the same.

#include <google/protobuf/stubs/logging.h>

#include "core/format/meta.pb.h"
#include "tests/fuzz/fuzz_target.h"

using namespace seabed;

namespace {
[[maybe_unused]] const auto quiet = google::protobuf::SetLogHandler(nullptr);  // it tells of every bad UTF-8

template <class Message>
void round_trip(const uint8_t* data, size_t size) {
  Message first, second;
  if (!first.ParseFromArray(data, static_cast<int>(size))) return;
  std::string bytes = first.SerializeAsString();
  fuzz_expect(second.ParseFromString(bytes));
  fuzz_expect(second.ByteSizeLong() == bytes.size());
}
}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  round_trip<meta::BackupSetDescriptor>(data, size);
  round_trip<meta::PieceDescriptor>(data, size);
  round_trip<meta::Checkpoint>(data, size);
  round_trip<meta::PieceFileList>(data, size);
  round_trip<meta::LocalityInfo>(data, size);
  round_trip<meta::DictionaryFold>(data, size);
  round_trip<meta::MacroRange>(data, size);
  round_trip<meta::LogFormatMeta>(data, size);
  round_trip<meta::LogSealMeta>(data, size);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  meta::PieceDescriptor piece;
  piece.set_dest_id(1001);
  piece.set_status("FROZEN");
  piece.add_ls()->set_max_lsn("lsn");
  piece.add_files()->set_key("logstream_1001/log/1.obarc");
  meta::DictionaryFold fold;
  fold.mutable_state()->add_files()->set_path("test/t1.frm");
  fold.mutable_state()->add_facts()->set_name("tenant/mode");
  meta::LogSealMeta seal;
  seal.set_length(1000);
  seal.add_part_end(400);
  seal.add_part_end(1000);
  return {piece.SerializeAsString(), fold.SerializeAsString(), seal.SerializeAsString()};
}
