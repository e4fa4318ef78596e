#include "tools/reads/row_writer.h"

#include <cstdio>

#include "tools/reads/key_words.h"

namespace seabed {
namespace {

constexpr size_t kFull = 256 << 10;

}  // namespace

bool RowWriter::row(std::string_view key, std::string_view value) {
  if (form_ == RowForm::kJson) {
    buffer_ += first_ ? "[\n{" : ",\n{";
    append_json(&buffer_, "key", key);
    buffer_ += ',';
    append_json(&buffer_, "value", value);
    buffer_ += '}';
  } else {
    const auto append = form_ == RowForm::kHex ? append_hex : append_escaped;
    append(&buffer_, key);
    buffer_ += '\t';
    append(&buffer_, value);
    buffer_ += '\n';
  }
  first_ = false;
  return buffer_.size() < kFull || flush();
}

bool RowWriter::finish() {
  if (form_ == RowForm::kJson) buffer_ += first_ ? "[\n]\n" : "\n]\n";
  return flush() && std::fflush(stdout) == 0;
}

bool RowWriter::flush() {
  const bool whole = std::fwrite(buffer_.data(), 1, buffer_.size(), stdout) == buffer_.size();
  buffer_.clear();
  return whole;
}

}  // namespace seabed
