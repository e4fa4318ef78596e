#pragma once
// Rows of a scan on standard output, as lines of text or as a JSON array, in large writes: there may be millions.

#include <string>
#include <string_view>

namespace seabed {

enum class RowForm { kText, kHex, kJson };

class RowWriter {
 public:
  explicit RowWriter(RowForm form) : form_(form) {}
  ~RowWriter() { flush(); }  // rows before an error
  RowWriter(const RowWriter&) = delete;
  /// False: nobody takes what is printed any more.
  bool row(std::string_view key, std::string_view value);
  /// Must be called once, behind the last row.
  bool finish();

 private:
  bool flush();

  const RowForm form_;
  std::string buffer_;
  bool first_ = true;
};

}  // namespace seabed
