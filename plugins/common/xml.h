#pragma once
// Small XML answers of a server that may be hostile, over tinyxml2: no DOCTYPE, no entities but the five and
// numbers, bounded size and depth. Names are compared without their namespace prefix.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tinyxml2 {
class XMLElement;
}

namespace seabed_http {

/// A place in a document, valid as long as the document. Every question to a missing place has an empty
/// answer.
class XmlNode {
 public:
  XmlNode() = default;
  explicit XmlNode(const tinyxml2::XMLElement* element) : element_(element) {}
  explicit operator bool() const { return element_ != nullptr; }
  std::string_view name() const;
  XmlNode child(std::string_view name) const;
  /// The next sibling of that name: `for (auto n = root.child("Key"); n; n = n.next("Key"))`.
  XmlNode next(std::string_view name) const;
  XmlNode first_child() const;
  XmlNode next() const;
  /// Text of this element, blanks kept, or "".
  std::string text() const;
  /// Text of a child, or "".
  std::string text(std::string_view child_name) const { return child(child_name).text(); }
  bool is_true(std::string_view child_name) const { return text(child_name) == "true"; }
  /// Decimal text of a child, or nothing.
  std::optional<uint64_t> number(std::string_view child_name) const;
  std::string attribute(const char* name) const;

 private:
  const tinyxml2::XMLElement* element_ = nullptr;
};

class XmlDocument {
 public:
  static constexpr size_t kMaxBytes = 16u << 20;
  static constexpr int kMaxDepth = 16;

  XmlDocument();
  ~XmlDocument();
  XmlDocument(const XmlDocument&) = delete;
  /// False when the text is no well-formed document within the limits; why() says what is wrong, without the
  /// text.
  bool parse(std::string_view text);
  XmlNode root() const;
  const std::string& why() const { return why_; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::string why_;
};

/// Text for use between tags. What XML 1.0 cannot carry (control characters) is xml_can_carry's to refuse.
std::string xml_escape(std::string_view text);
bool xml_can_carry(std::string_view text);

}  // namespace seabed_http
