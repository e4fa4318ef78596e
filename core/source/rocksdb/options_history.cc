#include "core/source/rocksdb/options_history.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/checksum.h"

namespace seabed::rocksdb_source {
namespace {

/// Where sections begin: the text's start, then every line that begins with '['; the end last.
std::vector<size_t> section_starts(const std::string& text) {
  std::vector<size_t> out{0};
  for (size_t at = 0; at < text.size(); at = std::min(text.find('\n', at), text.size() - 1) + 1)
    if (text[at] == '[') out.push_back(at);
  out.push_back(text.size());
  return out;
}

}  // namespace

void OptionsHistory::begin(const std::string& name, std::optional<std::string> text) {
  name_ = name;
  text_ = std::move(text);
}

void OptionsHistory::take(const rocksdb::OptionsRun& run) {
  const std::string previous = std::exchange(name_, run.file_name());
  const bool known = run.previous().empty() || (text_ && run.previous() == previous);
  const std::string from = text_.value_or("");
  text_.reset();
  if (!known) return;
  const std::vector<size_t> starts = section_starts(from);
  std::string text;
  for (const auto& piece : run.pieces()) {
    const uint64_t first = piece.copy_first(), count = piece.copy_count();
    if (count == 0) text += piece.text();
    else if (count < starts.size() && first < starts.size() - count)
      text.append(from, starts[first], starts[first + count] - starts[first]);
  }
  if (run.xxh3_128() == view(hash128(text))) text_ = std::move(text);
}

}  // namespace seabed::rocksdb_source
