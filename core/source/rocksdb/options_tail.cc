#include "core/source/rocksdb/options_tail.h"

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/db_files.h"

namespace seabed::rocksdb_source {

namespace {
constexpr auto kInterval = std::chrono::seconds(1);  // a listing of a large directory takes milliseconds
constexpr uint64_t kMaxDeltas = 64;                  // then a whole one, so that no chain grows for ever
constexpr uint64_t kMaxSize = 256 << 20;
}  // namespace

Result<std::optional<std::string>> OptionsTail::read(const ListedFile& file) {
  auto fd = directory_.open(file.text);
  if (!fd && fd.error().code == Code::kNotFound)
    return std::nullopt;  // replaced meanwhile: the next look finds the newer
  if (!fd) return fail(fd.error());
  SEABED_TRY(const FileLook facts, look_at(*fd, file.text));
  if (facts.size > kMaxSize) return fail(Code::kUnsupported, file.text, "it is too long");
  std::string text(facts.size, '\0');
  SEABED_TRY(const size_t n, pread_full(fd->get(), text, 0, file.text));
  text.resize(n);
  two_write_queues_ = option_value(text, "two_write_queues") == "true";
  known_ = true;
  if (file.text == archived_) {
    outline_ = {};
    return std::nullopt;
  }
  if (++deltas_ >= kMaxDeltas) outline_ = {};
  if (outline_.name.empty()) deltas_ = 0;
  const std::string payload = options_delta(outline_, file.text, file.name.number, text).SerializeAsString();
  outline_ = outline(file.text, text);
  archived_ = file.text;
  return payload;
}

Result<std::optional<std::string>> OptionsTail::look(bool now) {
  const auto time = std::chrono::steady_clock::now();
  if (!now && time < next_look_) return std::nullopt;
  next_look_ = time + kInterval;
  SEABED_TRY(const bool changed, directory_.changed());
  if (!changed && known_) return std::nullopt;
  SEABED_CHECK(directory_.list());
  const ListedFile* newest = nullptr;
  for (const ListedFile& f : directory_.files())
    if (f.name.kind == DbFileKind::kOptions && (newest == nullptr || f.name.number > newest->name.number))
      newest = &f;
  if (newest == nullptr || (newest->text == archived_ && known_)) return std::nullopt;
  return read(*newest);
}

}  // namespace seabed::rocksdb_source
