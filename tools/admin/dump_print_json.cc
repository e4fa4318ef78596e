#include <nlohmann/json.hpp>

#include "tools/admin/dump_print.h"

namespace seabed {
namespace {

std::string text_of(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// {head…, "items": [ one a line ], tail…}, never held as a whole.
class JsonDump final : public PrintedDump {
 public:
  explicit JsonDump(std::ostream& out) : out_(out) {}
  void head(const Json& facts, std::string_view items) override {
    out_ << "{";
    fields(facts);
    if (!items.empty()) out_ << ",\n  \"" << items << "\": [";
    state_ = items.empty() ? State::kFields : State::kItems;
  }
  void item(const Json& facts) override { out_ << (items_++ ? ",\n    " : "\n    ") << text_of(facts, -1); }
  void tail(const Json& facts) override {
    if (state_ == State::kItems) out_ << (items_ ? "\n  ]" : "]");
    fields(facts);
    out_ << "\n}\n";
    state_ = State::kClosed;
  }
  bool empty() const override { return state_ == State::kEmpty; }
  void close() override {
    if (state_ == State::kFields || state_ == State::kItems) tail({{"verdict", "not read to the end"}});
    out_.flush();
  }

 private:
  void fields(const Json& facts) {
    for (const auto& [key, value] : facts.items()) {
      std::string text = text_of(value, 2);
      for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 3)
        text.replace(at, 1, "\n  ");
      out_ << (fields_++ ? ",\n  " : "\n  ") << text_of(Json(key), -1) << ": " << text;
    }
  }
  std::ostream& out_;
  enum class State { kEmpty, kFields, kItems, kClosed } state_ = State::kEmpty;
  uint64_t items_ = 0, fields_ = 0;
};

}  // namespace

std::unique_ptr<PrintedDump> json_dump(std::ostream& out) { return std::make_unique<JsonDump>(out); }

}  // namespace seabed
