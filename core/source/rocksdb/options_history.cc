#include "core/source/rocksdb/options_history.h"

#include <utility>

#include "core/source/rocksdb/options_text.h"

namespace seabed::rocksdb_source {

void OptionsHistory::begin(const std::string& name, std::optional<std::string> text) {
  name_ = name;
  text_ = std::move(text);
}

void OptionsHistory::take(const rocksdb::OptionsRun& run) {
  if (run.file_name() == name_ && text_) return;  // given again: numbers of OPTIONS files only rise
  const std::string previous = std::exchange(name_, run.file_name());
  const std::string from = text_.value_or("");
  const bool known = run.previous().empty() || text_;
  text_.reset();
  if (!known) return;
  if (auto text = rebuild_options(run, previous, from)) text_ = std::move(*text);
}

}  // namespace seabed::rocksdb_source
