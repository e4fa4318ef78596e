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

TEST(KeyWords, WhatIsUtf8) {
  for (const char* good : {"", "plain", "caf\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x90\x9f", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
                          "a\xe2\x82", "\xff", "\xc3x"})
    EXPECT_FALSE(is_utf8(bad)) << to_hex(bad);
}

TEST(KeyWords, ARowsJsonIsTheSameAsTheLibrarys) {
  using namespace std::string_literals;
  for (const std::string& bytes : {""s, "a\"\\\n"s, "\0"s, "caf\xc3\xa9"s, "\xff\x01"s}) {
    std::string text = "{";
    append_json(&text, "key", bytes);
    Json wanted;
    add_bytes(&wanted, "key", bytes);
    EXPECT_EQ(Json::parse(text + "}"), wanted) << text;
  }
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
