// Digests against the vectors of RFC 1321, RFC 4231, RFC 2202 and RFC 4648.
#include "digest.h"

#include <gtest/gtest.h>

namespace seabed_http {
namespace {

TEST(Digest, KnownValues) {
  EXPECT_EQ(hex(md5("message digest")), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac_sha1(std::string(20, '\x0b'), "Hi There")), "b617318655057264e28bc0b6fb378c8ef146be00");
}

TEST(Digest, PiecesAreOneMessage) {
  const seabed_buffer pieces[] = {{"a", 1}, {nullptr, 0}, {"bc", 2}};
  EXPECT_EQ(sha256_hex(pieces), sha256_hex("abc"));
  EXPECT_EQ(md5(pieces), md5("abc"));
}

TEST(Digest, Base64) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(base64_encode(plain), coded);
    EXPECT_EQ(base64_decode(coded), plain);
  }
  for (const char* bad : {"Zg=", "Z", "Zg==Zg==", "====", "Zm9*", "=m9v"})
    EXPECT_FALSE(base64_decode(bad)) << bad;
}

}  // namespace
}  // namespace seabed_http
