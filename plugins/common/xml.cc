#include "xml.h"

#include <tinyxml2.h>

#include <algorithm>
#include <charconv>

namespace seabed_http {

namespace {
std::string_view local(const char* name) {
  const std::string_view whole(name);
  const size_t colon = whole.rfind(':');
  return colon == std::string_view::npos ? whole : whole.substr(colon + 1);
}

template <class Step>
XmlNode find(const tinyxml2::XMLElement* at, std::string_view name, Step step) {
  while (at != nullptr && local(at->Name()) != name) at = step(at);
  return XmlNode(at);
}

const tinyxml2::XMLElement* sibling(const tinyxml2::XMLElement* at) { return at->NextSiblingElement(); }

/// Declarations are where entities and foreign files come from; no answer that we read has one.
bool has_declaration(std::string_view text) {
  for (size_t at = text.find("<!"); at != std::string_view::npos; at = text.find("<!", at + 2)) {
    const std::string_view rest = text.substr(at + 2);
    if (!rest.starts_with("--") && !rest.starts_with("[CDATA[")) return true;
  }
  return false;
}

/// Told before tinyxml2 recurses, from tags that open minus tags that close.
bool too_deep(std::string_view text) {
  int depth = 0;
  for (size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    if (next == '/') {
      --depth;
    } else if (next != '?' && next != '!') {
      const size_t end = text.find('>', at);
      const bool empty = end != std::string_view::npos && end > 0 && text[end - 1] == '/';
      if (depth + 1 > XmlDocument::kMaxDepth) return true;
      if (!empty) ++depth;
    }
  }
  return false;
}
}  // namespace

std::string_view XmlNode::name() const {
  return element_ == nullptr ? std::string_view() : local(element_->Name());
}

XmlNode XmlNode::child(std::string_view name) const {
  return element_ == nullptr ? XmlNode() : find(element_->FirstChildElement(), name, sibling);
}

XmlNode XmlNode::next(std::string_view name) const {
  return element_ == nullptr ? XmlNode() : find(sibling(element_), name, sibling);
}

XmlNode XmlNode::first_child() const {
  return element_ == nullptr ? XmlNode() : XmlNode(element_->FirstChildElement());
}

XmlNode XmlNode::next() const { return element_ == nullptr ? XmlNode() : XmlNode(sibling(element_)); }

std::string XmlNode::text() const {
  std::string out;
  if (element_ == nullptr) return out;
  for (auto* node = element_->FirstChild(); node != nullptr; node = node->NextSibling())
    if (node->ToText() != nullptr) out += node->Value();
  return out;
}

std::optional<uint64_t> XmlNode::number(std::string_view child_name) const {
  const std::string digits = text(child_name);
  uint64_t value = 0;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || ec != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::string XmlNode::attribute(const char* name) const {
  const char* value = element_ == nullptr ? nullptr : element_->Attribute(name);
  return value == nullptr ? "" : value;
}

struct XmlDocument::Impl {
  tinyxml2::XMLDocument document;
};

XmlDocument::XmlDocument() = default;
XmlDocument::~XmlDocument() = default;

bool XmlDocument::parse(std::string_view text) {
  impl_ = nullptr;
  why_.clear();
  if (text.size() > kMaxBytes)
    why_ = "the XML is too long";
  else if (has_declaration(text))
    why_ = "the XML has a declaration, which no answer needs";
  else if (too_deep(text))
    why_ = "the XML is too deep";
  if (!why_.empty()) return false;
  auto parsed = std::make_unique<Impl>();
  if (parsed->document.Parse(text.data(), text.size()) != tinyxml2::XML_SUCCESS) {
    why_ = std::string("the XML is malformed (") +
           tinyxml2::XMLDocument::ErrorIDToName(parsed->document.ErrorID()) + ")";
    return false;
  }
  if (parsed->document.RootElement() == nullptr) {
    why_ = "the XML is empty";
    return false;
  }
  impl_ = std::move(parsed);
  return true;
}

XmlNode XmlDocument::root() const { return impl_ ? XmlNode(impl_->document.RootElement()) : XmlNode(); }

std::string xml_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&apos;"; break;
      default: out.push_back(c);
    }
  }
  return out;
}

bool xml_can_carry(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

}  // namespace seabed_http
