#include "tools/reads/key_words.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/bytes.h"

namespace seabed {
namespace {

TEST(KeyWords, TextWithEscapesAndHex) {
  using namespace std::string_literals;
  EXPECT_EQ(escaped("a\\b\0\x7f\xff"s), "a\\\\b\\x00\\x7f\\xff");
  EXPECT_EQ(from_hex("00fFa0", "--key-hex").value(), "\0\xff\xa0"s);
  EXPECT_EQ(to_hex(from_hex("00ffa0", "x").value()), "00ffa0");
  EXPECT_FALSE(from_hex("0", "--key-hex"));
  EXPECT_FALSE(from_hex("0g", "--key-hex"));
}

TEST(KeyWords, JsonHasTheTextOnlyWhereItIsText) {
  Json json;
  add_bytes(&json, "key", "caf\xc3\xa9");
  add_bytes(&json, "value", "\xff\x01");
  EXPECT_EQ(json["key"], "caf\xc3\xa9");
  EXPECT_EQ(json["key_hex"], "636166c3a9");
  EXPECT_FALSE(json.contains("value"));
  EXPECT_EQ(json["value_hex"], "ff01");
}

}  // namespace
}  // namespace seabed
