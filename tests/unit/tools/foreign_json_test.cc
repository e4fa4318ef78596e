// JSON from a caller: what is nested too deeply is refused before anything copies it.

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tools/cli/error_json.h"

namespace seabed {
namespace {

std::string nested(size_t depth) { return "{\"x\":" + std::string(depth, '[') + std::string(depth, ']') + "}"; }

TEST(ForeignJson, ShallowOrNothing) {
  EXPECT_TRUE(parse_shallow("{\"a\": [1, {\"b\": null}]}").is_object());
  EXPECT_TRUE(parse_shallow(nested(60)).is_object());
  EXPECT_FALSE(parse_shallow(nested(100)).is_object());
  EXPECT_FALSE(parse_shallow(nested(500'000)).is_object());
  EXPECT_FALSE(parse_shallow("{\"x\":" + std::string(500'000, '[')).is_object());
  EXPECT_FALSE(parse_shallow("").is_object());
  EXPECT_FALSE(parse_shallow("{\"a\": 1} b").is_object());
}

}  // namespace
}  // namespace seabed
