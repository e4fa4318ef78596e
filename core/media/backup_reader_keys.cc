// Of sets that are encrypted or compressed: their keys, and their pages.

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <mutex>

#include "core/flow/macroblock.h"
#include "core/format/key_ring.h"
#include "core/media/backup_reader.h"
#include "core/media/stored_block.h"

namespace seabed {

/// Opening a key may cost a scrypt, an attempt's key a derivation: each is done once.
struct BackupReader::KeyCache {
  std::mutex mutex;
  std::map<uint64_t, Secret> sets;
  std::map<uint64_t, Error> refused;
  std::map<std::pair<uint64_t, std::string>, Secret> attempts;
};

BackupReader::BackupReader(Medium medium, meta::FormatInfo format)
    : medium_(std::move(medium)), format_(std::move(format)), keys_(std::make_shared<KeyCache>()) {}

SetProtection protection_of(const meta::BackupSetDescriptor& set) {
  if (!set.has_key()) return SetProtection::kNone;
  return set.key().salt().empty() ? SetProtection::kMasterKey : SetProtection::kPassword;
}

std::string set_key_subject(uint64_t tenant_id, uint64_t set_id) { return fmt::format("set/{}/{}", tenant_id, set_id); }

Result<const Secret*> BackupReader::set_key(uint64_t set_id) const {
  const auto it = by_id_.find(set_id);
  if (it == by_id_.end() || !sets_[it->second].descriptor.has_key()) return nullptr;
  const meta::BackupSetDescriptor& set = sets_[it->second].descriptor;
  std::lock_guard lock(keys_->mutex);
  if (const auto known = keys_->sets.find(set_id); known != keys_->sets.end()) return &known->second;
  if (const auto known = keys_->refused.find(set_id); known != keys_->refused.end()) return fail(known->second);
  static const KeyRing kNone;
  const KeyRing& ring = medium_.keys ? *medium_.keys : kNone;
  auto key = ring.open(set.key(), set_key_subject(set.tenant_id(), set_id),
                       fmt::format("{}: backup set {}", medium_.store->describe(), set_id));
  if (key) return &(keys_->sets[set_id] = std::move(*key));
  keys_->refused[set_id] = key.error();
  return fail(key.error());
}

Result<std::string> BackupReader::file_hash(uint64_t holder_set_id, std::string_view digest) const {
  SEABED_TRY(const Secret* data_key, set_key(holder_set_id));
  if (data_key == nullptr) return std::string(digest);
  SEABED_TRY(const Secret key, hash_key(*data_key));
  return keyed_hash(key, digest);
}

Status BackupReader::check_form(const meta::MacroRange& range) const {
  const SetFacts* holder = usable_set(range.at().backup_set_id());
  if (holder == nullptr || !holder->descriptor.has_key() || (range.flags() & kBlockEncrypted) != 0) return ok();
  return fail(Code::kCorruption, fmt::format("{}: backup set {}", medium_.store->describe(), holder->id.id),
              fmt::format("is encrypted, and an index says that block {} of file {} is not", range.block(), range.logical_id()),
              "run seabed verify on the destination");
}

Status BackupReader::check_holder(const DataDirectory& from, const meta::FileMeta& file) const {
  const DataDirectory at = holder(from, file);
  const SetFacts *mine = usable_set(from.set_id), *its = usable_set(at.set_id);
  if (mine == nullptr || its == nullptr || !mine->descriptor.has_key() || its->descriptor.has_key()) return ok();
  return fail(Code::kCorruption, fmt::format("{}: backup set {}", medium_.store->describe(), at.set_id),
              fmt::format("is in clear, and set {}, which is encrypted, refers to it: no such set is ever written", from.set_id),
              "run seabed verify on the destination");
}

/// Null: the range is not encrypted.
Result<const Secret*> BackupReader::attempt_key_of(const meta::MacroRange& range) const {
  if ((range.flags() & kBlockEncrypted) == 0) return nullptr;
  const uint64_t set_id = range.at().backup_set_id();
  SEABED_TRY(const Secret* data_key, set_key(set_id));
  if (data_key == nullptr)
    return fail(Code::kCorruption, fmt::format("{}: backup set {}", medium_.store->describe(), set_id),
                "an index says that it is encrypted, its descriptor has no key", "run seabed verify on the destination");
  std::lock_guard lock(keys_->mutex);
  const std::pair id(set_id, range.salt());
  if (const auto known = keys_->attempts.find(id); known != keys_->attempts.end()) return &known->second;
  SEABED_TRY(Secret key, attempt_key(*data_key, range.salt()));
  return &(keys_->attempts[id] = std::move(key));
}

/// As read_pages, of a range with flags. Lengths are checked before anything is asked of the medium.
Result<size_t> BackupReader::read_stored_pages(const meta::MacroRange& range, uint32_t first, std::span<char> pages,
                                               const std::string& key) const {
  const std::string where = fmt::format("{} at {}", medium_.name(key), range.at().offset());
  SEABED_TRY(const std::vector<PagePlace> places, page_places(range, where));
  uint64_t plain = 0, begin = 0, end = 0;
  for (size_t i = first; i < places.size() && plain < pages.size(); ++i) {
    if (i == first) begin = places[i].offset;
    plain += places[i].plain;
    end = places[i].offset + places[i].stored;
  }
  if (plain != pages.size() || pages.empty() || range.at().offset() < kFileHeaderSize ||
      range.page_hashes().size() != places.size() * kPageHashSize)
    return fail(Code::kCorruption, where, "the index names a block that cannot be", "run seabed verify on the destination");
  SEABED_TRY(const Secret* attempt, attempt_key_of(range));
  std::string stored(end - begin, '\0');
  SEABED_TRY(const size_t got, medium_.store->read_at(key, begin, stored, medium_.io()));
  stored.resize(got);
  LoadedPages loaded = load_pages(range, places, first, stored, attempt, pages, where);
  if (loaded.sound != 0 || !loaded.problem) return loaded.sound;
  return fail(std::move(*loaded.problem));
}

}  // namespace seabed
