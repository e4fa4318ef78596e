#include "core/media/set_log_keys.h"

#include <mutex>
#include <set>

#include "core/format/key_ring.h"
#include "core/format/log_group_codec.h"
#include "core/format/stored_group.h"
#include "core/media/backup_reader.h"
#include "core/media/log_object.h"

namespace seabed {
namespace {

constexpr size_t kHeaderRead = 66 << 10;

Result<Secret> sealing_key(const Secret& set_data_key) {
  return derive_key(set_data_key, std::string(kSaltBytes, '\0'), "seabed set log keys 1");
}

std::string bound_to(uint64_t tenant_id, uint64_t set_id) {
  return "seabed set log keys 1/" + set_key_subject(tenant_id, set_id);
}

void add(google::protobuf::RepeatedPtrField<meta::SetLogKeys::Key>* to, const std::string& name,
         const Secret& key) {
  auto* one = to->Add();
  one->set_name(name);
  one->set_secret(std::string(key.view()));
}

/// Opened once, by whoever asks first.
class SealedLogKeys final : public MoreKeys {
 public:
  SealedLogKeys(std::shared_ptr<const KeyRing> ring, const meta::BackupSetDescriptor& set, std::string what)
      : ring_(std::move(ring)),
        wrap_(set.key()),
        sealed_(set.log_keys()),
        tenant_id_(set.tenant_id()),
        set_id_(set.backup_set_id()),
        what_(std::move(what)) {}

  Result<Secret> data_key(const std::string& wrapped) const override {
    return find(&meta::SetLogKeys::keys, wrapped);
  }
  Result<Secret> clear_key(const std::string& master) const override {
    return find(&meta::SetLogKeys::clear, master);
  }

 private:
  using Keys = google::protobuf::RepeatedPtrField<meta::SetLogKeys::Key>;

  Result<Secret> find(const Keys& (meta::SetLogKeys::*which)() const, const std::string& name) const {
    std::lock_guard lock(mutex_);
    if (!opened_) opened_ = open();
    if (!*opened_) return fail(opened_->error());
    for (const auto& key : ((**opened_).*which)())
      if (key.name() == name) return Secret(key.secret());
    return fail(Code::kNotFound, what_, "has no key for this log file");
  }

  Result<meta::SetLogKeys> open() const {
    SEABED_TRY(const Secret set_key, ring_->open(wrap_, set_key_subject(tenant_id_, set_id_), what_));
    SEABED_TRY(const Secret key, sealing_key(set_key));
    std::string plain;
    meta::SetLogKeys keys;
    const std::string_view all = sealed_;
    if (all.size() < kNonceBytes ||
        !unseal(key, all.substr(0, kNonceBytes), bound_to(tenant_id_, set_id_), all.substr(kNonceBytes),
                &plain) ||
        !keys.ParseFromString(plain))
      return fail(Code::kCorruption, what_, "the keys of its log do not open",
                  "run seabed verify on the destination");
    return keys;
  }

  const std::shared_ptr<const KeyRing> ring_;
  const meta::KeyWrap wrap_;
  const std::string sealed_;
  const uint64_t tenant_id_, set_id_;
  const std::string what_;
  mutable std::mutex mutex_;
  mutable std::optional<Result<meta::SetLogKeys>> opened_;
};

}  // namespace

Result<meta::SetLogKeys> collect_log_keys(const Medium& complement, const std::vector<std::string>& keys) {
  static const KeyRing kNone;
  const KeyRing& ring = complement.keys ? *complement.keys : kNone;
  meta::SetLogKeys out;
  std::set<std::string> known;
  for (const std::string& key : keys) {
    SEABED_TRY(const auto object, open_log_object(complement, key));
    std::string bytes(kHeaderRead, '\0');
    SEABED_TRY(const size_t got, object->read_at(0, bytes));
    bytes.resize(got);
    size_t used = 0;
    SEABED_TRY(const meta::LogFileHeader header, decode_log_file_header(bytes, &used, complement.name(key)));
    if (header.has_key() && known.insert(header.key().wrapped()).second) {
      SEABED_TRY(const Secret data_key,
                 ring.open(header.key(), log_key_subject(header.tenant_id()), complement.name(key)));
      add(out.mutable_keys(), header.key().wrapped(), data_key);
    }
    if (!header.clear_master().empty() && known.insert(header.clear_master()).second) {
      SEABED_TRY(const Secret clear, ring.clear_key(header.clear_master(), complement.name(key)));
      add(out.mutable_clear(), header.clear_master(), clear);
    }
  }
  return out;
}

Result<std::string> seal_log_keys(const meta::SetLogKeys& keys, const Secret& set_data_key,
                                  uint64_t tenant_id, uint64_t set_id) {
  SEABED_TRY(const Secret key, sealing_key(set_data_key));
  SEABED_TRY(const std::string nonce, random_bytes(kNonceBytes));
  SEABED_TRY(const std::string sealed,
             seal(key, nonce, bound_to(tenant_id, set_id), keys.SerializeAsString()));
  return nonce + sealed;
}

std::shared_ptr<const KeyRing> with_log_keys(std::shared_ptr<const KeyRing> ring,
                                             const meta::BackupSetDescriptor& set, const std::string& what) {
  if (set.log_keys().empty() || !set.has_key()) return ring;
  auto own = ring ? std::make_shared<KeyRing>(*ring) : std::make_shared<KeyRing>();
  own->add_more(std::make_shared<SealedLogKeys>(ring ? ring : std::make_shared<KeyRing>(), set, what));
  return own;
}

}  // namespace seabed
