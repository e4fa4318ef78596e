#include "answer_text.h"

namespace seabed_s3 {

namespace {
int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
}  // namespace

int32_t parse_answer(const Response& response, const char* root, seabed_http::XmlDocument* out,
                     Error& error) {
  if (!out->parse(response.body))
    return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT, "the server's answer cannot be read: %s",
                      out->why().c_str());
  if (out->root().name() != root)
    return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT, "the server's answer is no %s", root);
  return SEABED_OK;
}

std::string decode_key(const seabed_http::XmlNode& root, const std::string& text) {
  if (root.text("EncodingType") != "url") return text;
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? digit(text[i + 1]) : -1;
    const int low = high >= 0 ? digit(text[i + 2]) : -1;
    if (low >= 0) {
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

bool strip_prefix(const std::string& prefix, std::string* key) {
  if (!key->starts_with(prefix)) return false;
  key->erase(0, prefix.size());
  return true;
}

}  // namespace seabed_s3
