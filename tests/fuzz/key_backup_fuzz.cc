// Key backups of a hostile medium: the file, its message behind a good frame, and what is sealed in it.
// Nothing comes of other bytes than those that were written; no length, cost or size is believed.
#include "core/format/frame.h"
#include "core/format/key_backup_file.h"
#include "core/format/meta.pb.h"
#include "tests/fuzz/fuzz_target.h"

using namespace seabed;

namespace {

const Secret kPassword("fuzz");

KeyBackupFacts facts() {
  KeyBackupFacts out;
  out.cluster_id = 1, out.cluster_name = "lab", out.tenant_id = 1002, out.tenant_name = "shop", out.scn = 77;
  return out;
}

std::vector<BackedUpKey> keys() {
  return {{{1, std::string(kSaltBytes, 'i'), Secret(std::string(kKeyBytes, 's'))}, 11},
          {{2, std::string(kSaltBytes, 'j'), Secret(std::string(kKeyBytes, 't'))}, 22}};
}

/// Up to 256 MiB are allowed to a medium: once in a while, not thousands of times.
bool is_cheap(std::string_view message) {
  meta::KeyBackup b;
  if (!b.ParseFromArray(message.data(), static_cast<int>(message.size()))) return true;
  return b.key().scrypt_log_n() <= 11 && b.key().scrypt_r() <= 4;
}

void check(const Result<std::vector<BackedUpKey>>& got) {
  if (!got) return fuzz_expect(!got.error().message().empty());
  const auto wanted = keys();
  fuzz_expect(got->size() == wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i)
    fuzz_expect((*got)[i].key.secret.view() == wanted[i].key.secret.view() &&
                (*got)[i].key.identity == wanted[i].key.identity);
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = fuzz_view(data, size);
  check(decode_key_backup(bytes, facts(), kPassword, "fuzz"));
  const std::string framed = encode_file(FileType::kKeyBackup, bytes);
  check(decode_key_backup(framed, facts(), is_cheap(bytes) ? kPassword : Secret(), "fuzz"));
  fuzz_expect(!decode_key_backup(framed, facts(), Secret(), "fuzz"));
  if (auto plain = parse_master_keys(bytes, "fuzz"))
    for (const BackedUpKey& k : *plain)
      fuzz_expect(k.key.identity.size() == kSaltBytes && k.key.secret.view().size() == kKeyBytes);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  const std::string file = *encode_key_backup(facts(), keys(), kPassword, {10, 1, 1});
  meta::MasterKeys plain;
  for (const BackedUpKey& k : keys()) {
    auto* one = plain.add_keys();
    one->set_id(k.key.id), one->set_identity(k.key.identity),
        one->set_secret(std::string(k.key.secret.view()));
  }
  return {file, file.substr(kFileHeaderSize), plain.SerializeAsString()};
}
