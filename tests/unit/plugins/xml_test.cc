#include "xml.h"

#include <gtest/gtest.h>

namespace seabed_http {
namespace {

TEST(Xml, FindsChildrenAndKeepsBlanks) {
  XmlDocument d;
  ASSERT_TRUE(d.parse(
      "<?xml version=\"1.0\"?><r xmlns:a=\"u\"><a:Key> x &amp;&#x41; </a:Key><Key>2</Key><T>true</T></r>"));
  const XmlNode first = d.root().child("Key");
  EXPECT_EQ(first.text(), " x &A ");
  EXPECT_EQ(first.next("Key").text(), "2");
  EXPECT_FALSE(first.next("Key").next("Key"));
  EXPECT_TRUE(d.root().is_true("T"));
  EXPECT_EQ(d.root().child("none").child("deeper").text("x"), "");
}

TEST(Xml, NumbersAreWholeOrNothing) {
  XmlDocument d;
  ASSERT_TRUE(d.parse("<r><a>12</a><b>12x</b><c>-1</c><d></d><e>99999999999999999999</e></r>"));
  EXPECT_EQ(d.root().number("a"), 12u);
  for (const char* name : {"b", "c", "d", "e", "f"}) EXPECT_FALSE(d.root().number(name)) << name;
}

TEST(Xml, RefusesDeclarationsAndEntities) {
  XmlDocument d;
  EXPECT_FALSE(d.parse("<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><r>&x;</r>"));
  EXPECT_FALSE(d.parse("<r><!ELEMENT a ANY></r>"));
  EXPECT_FALSE(d.root());
  ASSERT_TRUE(d.parse("<r><!-- fine --><a><![CDATA[<b>]]></a></r>"));
  EXPECT_EQ(d.root().text("a"), "<b>");
}

TEST(Xml, RefusesDepthSizeAndRubbish) {
  XmlDocument d;
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += "<a>";
  EXPECT_FALSE(d.parse(deep));
  EXPECT_FALSE(d.parse(std::string(200'000, '<')));
  EXPECT_FALSE(d.parse("<r>" + std::string(XmlDocument::kMaxBytes, 'x') + "</r>"));
  for (const char* bad : {"", "  ", "x", "<r>", "<r></s>", "<r><a></r>", "{\"a\":1}"})
    EXPECT_FALSE(d.parse(bad)) << bad;
  std::string wide = "<r>";
  for (int i = 0; i < 10'000; ++i) wide += "<a><b/></a>";
  EXPECT_TRUE(d.parse(wide + "</r>"));
}

TEST(Xml, EscapesWhatItCanCarry) {
  XmlDocument d;
  const std::string odd = "<&>\"'\xe2\x82\xac";
  ASSERT_TRUE(d.parse("<r>" + xml_escape(odd) + "</r>"));
  EXPECT_EQ(d.root().text(), odd);
  EXPECT_TRUE(xml_can_carry(odd));
  EXPECT_FALSE(xml_can_carry("a\x01"));
  EXPECT_FALSE(xml_can_carry("a\r"));
}

}  // namespace
}  // namespace seabed_http
