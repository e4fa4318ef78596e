#pragma once
// Internal: one text being read, how far the reading came, and the words of the language as Spirit X3 parsers that
// report to it. Grammars are expressions over these; what is expected at the furthest place is what an error says.

#include <boost/spirit/home/x3.hpp>
#include <set>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "core/engine/statement/parse.h"

namespace seabed::statement {

namespace x3 = boost::spirit::x3;
using At = const char*;

/// Blanks and comments. An unterminated /* is none.
inline const auto kSkip = [] {
  const auto line = x3::omit[*(x3::char_ - x3::char_('\n'))];
  return x3::char_(" \t\r\n\f\v") | (x3::lit("--") >> line) | (x3::lit('#') >> line) |
         (x3::lit("/*") >> x3::omit[*(x3::char_ - x3::lit("*/"))] >> x3::lit("*/"));
}();

class Scan {
 public:
  explicit Scan(std::string_view text) : at(text.data()), end(text.data() + text.size()), begin_(at), furthest_(at) {}

  /// A whole statement: up to a semicolon or the end. Nothing is read when it does not match.
  template <class Grammar>
  bool reads(const Grammar& grammar) {
    At here = at;
    if (!x3::phrase_parse(here, end, grammar, kSkip, x3::skip_flag::dont_post_skip)) return false;
    skip(here);
    if (here != end && *here != ';') return expected(here, "; or the end"), false;
    at = here;
    return true;
  }
  void skip(At& place) const { x3::parse(place, end, *kSkip); }
  /// Somebody wanted `what` at `place`.
  void expected(At place, const std::string& what);
  /// The grammar was right but a value in it is not: nothing else is tried.
  void wrong(At place, const std::string& why);
  Error error() const;

  At at, end;
  bool is_wrong() const { return !why_.empty(); }

 private:
  bool may_be_secret() const;

  At begin_, furthest_;
  std::set<std::string> wanted_;
  std::string why_;
};

inline bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}
/// The text between two quotes, doubled ones made single; false when it does not end or is longer than kMaxQuoted.
bool read_quoted(At& place, At end, char quote, std::string& out);
bool same_word(std::string_view a, std::string_view b);  // ASCII, any case

/// What every terminal has in common: blanks before it, and a report when it does not match.
template <class Derived, class Attribute>
struct Terminal : x3::parser<Derived> {
  using attribute_type = Attribute;
  static bool const has_attribute = !std::is_same_v<Attribute, x3::unused_type>;
  Terminal(Scan& s, std::string l) : scan(&s), label(std::move(l)) {}
  template <class Context, class RContext, class Out>
  bool parse(At& first, At const& last, const Context& context, RContext&, Out& out) const {
    x3::skip_over(first, last, context);
    At here = first;
    Attribute value{};
    if (!this->derived().read(here, last, value)) return scan->expected(first, label), false;
    first = here;
    x3::traits::move_to(value, out);
    return true;
  }
  Scan* scan;
  std::string label;
};

/// A keyword.
struct Word : Terminal<Word, x3::unused_type> {
  Word(Scan& s, std::string word) : Terminal(s, std::move(word)) {}
  bool read(At& at, At end, x3::unused_type&) const;
};
struct Sign : Terminal<Sign, x3::unused_type> {
  Sign(Scan& s, char sign) : Terminal(s, std::string(1, sign)) {}
  bool read(At& at, At end, x3::unused_type&) const { return at != end && *at == label[0] && (++at, true); }
};
/// 'text'.
struct Text : Terminal<Text, std::string> {
  explicit Text(Scan& s, std::string what = "a text in quotes") : Terminal(s, std::move(what)) {}
  bool read(At& at, At end, std::string& out) const { return read_quoted(at, end, '\'', out); }
};
/// "text".
struct DoubleQuoted : Terminal<DoubleQuoted, std::string> {
  DoubleQuoted(Scan& s, std::string what) : Terminal(s, std::move(what)) {}
  bool read(At& at, At end, std::string& out) const { return read_quoted(at, end, '"', out); }
};
/// A bare name, or one in backticks.
struct Name : Terminal<Name, std::string> {
  explicit Name(Scan& s, std::string what = "a name") : Terminal(s, std::move(what)) {}
  bool read(At& at, At end, std::string& out) const;
};
/// A whole number that fits a signed 64-bit one.
struct Number : Terminal<Number, uint64_t> {
  explicit Number(Scan& s) : Terminal(s, "a number") {}
  bool read(At& at, At end, uint64_t& out) const;
};
/// db.tab as it is written in lists of tables: two parts, each a name, one in backticks, or `*`. Backticks stay where a
/// part is no plain name; a star in backticks is a star.
struct TableName : Terminal<TableName, std::string> {
  explicit TableName(Scan& s, bool one_part = false)
      : Terminal(s, one_part ? "a table, or database.table" : "database.table"), one_part_(one_part) {}
  bool read(At& at, At end, std::string& out) const;

 private:
  bool one_part_;  // the database may be missing
};
/// A parameter's value without quotes: a number with a unit, a word.
struct Bare : Terminal<Bare, std::string> {
  explicit Bare(Scan& s) : Terminal(s, "a value") {}
  bool read(At& at, At end, std::string& out) const;
};

}  // namespace seabed::statement
