#include "core/media/reader_lease.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <map>
#include <random>

#include "core/base/log.h"
#include "core/flow/side_by_side.h"
#include "core/format/meta.pb.h"
#include "core/media/archive_objects.h"
#include "core/media/paths.h"
#include "core/media/tombstone.h"

namespace seabed {
namespace {

constexpr uint64_t kLimit = 16ull << 20;
constexpr size_t kMost = 100'000;
constexpr uint64_t kDayNs = 86'400'000'000'000ull;

uint64_t ns(std::chrono::milliseconds d) { return static_cast<uint64_t>(std::chrono::nanoseconds(d).count()); }

std::string random_id() {
  std::random_device device;
  std::string id;
  for (int i = 0; i < 4; ++i) id += fmt::format("{:08x}", device());
  return id;
}

bool good_id(const std::string& id) {
  return !id.empty() && id.size() <= 64 && id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == id.npos;
}

/// kConflict naming the first directory that has a tombstone.
Status check_not_deleted(ObjectStore& store, const ReaderLeaseFacts& facts, const IoContext& ctx) {
  SEABED_TRY(const DeletedNames gone, deleted_names(store, ctx));
  for (const std::string& directory : facts.directories) {
    const auto set = paths::parse_set_dir(directory);
    const auto piece = paths::parse_piece_dir(directory);
    if ((set && gone.sets.contains(set->id)) || (piece && gone.pieces.contains(*piece)))
      return fail(Code::kConflict, store.describe() + "/" + directory, "is being deleted by a cleanup, or was",
                  "choose again: the window has moved");
  }
  return ok();
}

/// By id: every sequence that is there, rising.
Result<std::map<std::string, std::vector<uint64_t>>> list_names(ObjectStore& store, const IoContext& ctx) {
  SEABED_TRY(const auto entries, list_all(store, paths::readers(), ctx, kMost));
  std::map<std::string, std::vector<uint64_t>> names;
  for (const auto& entry : entries)
    if (auto name = paths::parse_reader_lease(entry.key)) names[name->id].push_back(name->sequence);
  for (auto& [id, sequences] : names) std::sort(sequences.begin(), sequences.end());
  return names;
}

}  // namespace

std::string encode_reader_lease(const ReaderLeaseFacts& facts) {
  meta::ReaderLease message;
  message.set_id(facts.id);
  message.set_cluster_id(facts.cluster_id);
  message.set_cluster_name(facts.cluster_name);
  message.set_tenant_name(facts.tenant_name);
  message.set_owner(facts.owner);
  message.set_purpose(facts.purpose);
  for (const auto& directory : facts.directories) message.add_directories(directory);
  message.set_granted_scn(facts.granted);
  message.set_expires_scn(facts.expires);
  message.set_sequence(facts.sequence);
  return encode_file(FileType::kReaderLease, stable_bytes(message));
}

Result<ReaderLeaseFacts> decode_reader_lease(std::string_view bytes, const std::string& key) {
  SEABED_TRY(const std::string body, decode_file(FileType::kReaderLease, bytes, key));
  meta::ReaderLease m;
  if (!m.ParseFromString(body)) return fail(Code::kCorruption, key, "the body is no reader lease");
  if (paths::reader_lease(m.id(), m.sequence()) != key)
    return fail(Code::kCorruption, key, "is of another reader than its name");
  ReaderLeaseFacts facts{m.id(), m.cluster_id(), m.cluster_name(), m.tenant_name(), m.owner(), m.purpose()};
  facts.directories.assign(m.directories().begin(), m.directories().end());
  facts.granted = m.granted_scn(), facts.expires = m.expires_scn(), facts.sequence = m.sequence();
  return facts;
}

Result<std::unique_ptr<ReaderLease>> ReaderLease::take(std::shared_ptr<ObjectStore> store, ReaderLeaseFacts facts,
                                                       const ReaderLeaseTerms& terms, Clock& clock,
                                                       const IoContext& ctx) {
  if (facts.id.empty()) facts.id = random_id();
  if (!good_id(facts.id))
    return fail(Code::kInvalidArgument, "reader lease " + facts.id, "an id has a-z, 0-9 and -, at most 64 of them");
  SEABED_TRY(const auto names, list_names(*store, ctx));
  std::unique_ptr<ReaderLease> out(new ReaderLease());
  facts.sequence = 0;
  const auto mine = names.find(facts.id);
  const bool goes_on = mine != names.end();
  if (goes_on) {
    facts.sequence = mine->second.back();
    out->older_ = mine->second;
    out->older_.pop_back();  // write() adds it
  }
  out->store_ = std::move(store);
  out->terms_ = terms;
  out->clock_ = &clock;
  out->facts_ = std::move(facts);
  std::unique_lock lock(out->mutex_);
  SEABED_CHECK(out->write(false, ctx));
  if (auto clear = out->look_behind(true, ctx); !clear) {
    lock.unlock();
    // A tombstone that came while the earlier lease was in force has deleted nothing yet: giving back would let it.
    if (!goes_on) out->release(ctx);
    return fail(clear.error());
  }
  lock.unlock();
  return out;
}

/// The object of the next sequence; the ones before are left to look_behind.
Status ReaderLease::write(bool released, const IoContext& ctx) {
  const auto before = std::chrono::steady_clock::now();
  ReaderLeaseFacts next = facts_;
  if (next.sequence != 0) older_.push_back(next.sequence);
  ++next.sequence;
  next.granted = clock_->read().now;
  next.expires = released ? 0 : next.granted + ns(terms_.lease);
  facts_.sequence = next.sequence;  // a put whose outcome is unknown uses its number up
  const std::string bytes = encode_reader_lease(next);
  SEABED_CHECK(put_object(*store_, paths::reader_lease(next.id, next.sequence), bytes, PutMode::kReplace, ctx));
  facts_ = std::move(next);
  valid_until_ = before + terms_.lease;
  return ok();
}

/// Once the newest is written: what came before it goes, and `tombstones` are looked for.
Status ReaderLease::look_behind(bool tombstones, const IoContext& ctx) {
  std::vector<std::function<Status()>> tasks;
  if (tombstones) tasks.push_back([&] { return check_not_deleted(*store_, facts_, ctx); });
  if (!older_.empty())
    tasks.push_back([&] {
      remove(older_, ctx);
      return ok();
    });
  return side_by_side(tasks);
}

/// Best effort: whatever stays behind is an older sequence, and nobody asks it.
void ReaderLease::remove(std::vector<uint64_t> sequences, const IoContext& ctx) {
  std::vector<std::string> keys;
  for (const uint64_t sequence : sequences) keys.push_back(paths::reader_lease(facts_.id, sequence));
  const auto gone = store_->remove(keys, ctx);
  if (!gone) return;
  older_.clear();
  for (size_t i = 0; i < sequences.size(); ++i)
    if (!(*gone)[i]) older_.push_back(sequences[i]);
}

Status ReaderLease::renew(const IoContext& ctx) {
  std::lock_guard lock(mutex_);
  if (released_) return fail(Code::kConflict, "reader lease " + facts_.id, "was given back");
  const bool ran_out = std::chrono::steady_clock::now() >= valid_until_;
  SEABED_CHECK(write(false, ctx));
  return look_behind(ran_out, ctx);
}

Status ReaderLease::need(std::vector<std::string> directories, const IoContext& ctx) {
  std::lock_guard lock(mutex_);
  if (released_) return fail(Code::kConflict, "reader lease " + facts_.id, "was given back");
  facts_.directories = std::move(directories);
  SEABED_CHECK(write(false, ctx));
  return look_behind(true, ctx);
}

void ReaderLease::release(const IoContext& ctx) {
  std::lock_guard lock(mutex_);
  if (released_) return;
  released_ = true;
  if (!write(true, ctx)) return;
  auto all = older_;
  all.push_back(facts_.sequence);  // where removal only tags, the released one is the newest
  remove(std::move(all), ctx);
}

ReaderLeaseFacts ReaderLease::facts() const {
  std::lock_guard lock(mutex_);
  return facts_;
}

Result<std::vector<ReaderLeaseFacts>> list_reader_leases(ObjectStore& store, const IoContext& ctx) {
  SEABED_TRY(const auto names, list_names(store, ctx));
  std::vector<ReaderLeaseFacts> out;
  for (const auto& [id, sequences] : names) {
    const std::string key = paths::reader_lease(id, sequences.back());
    const auto bytes = read_object(store, key, kLimit, ctx);
    if (!bytes && bytes.error().code == Code::kNotFound) {  // renewed or given back since: ask once more
      SEABED_TRY(const auto again, list_names(store, ctx));
      const auto found = again.find(id);
      if (found == again.end()) continue;
      const std::string newer = paths::reader_lease(id, found->second.back());
      SEABED_TRY(const auto text, read_object(store, newer, kLimit, ctx));
      SEABED_TRY(auto facts, decode_reader_lease(text, newer));
      if (facts.expires != 0) out.push_back(std::move(facts));
      continue;
    }
    if (!bytes && bytes.error().code != Code::kCorruption) return fail(bytes.error());
    auto facts = bytes ? decode_reader_lease(*bytes, key) : Result<ReaderLeaseFacts>(fail(bytes.error()));
    const auto stat = store.stat(key, ctx);
    const uint64_t modified = stat ? stat->modified_ns : 0;
    if (!facts) {
      log::warn("a reader lease cannot be read, so it protects everything: {}", facts.error().message());
      ReaderLeaseFacts unknown{id};
      unknown.sequence = sequences.back();
      unknown.granted = modified, unknown.expires = modified ? modified + ns(ReaderLeaseTerms{}.lease) : kScnMax;
      facts = unknown;
    }
    facts->modified_ns = modified;
    if (facts->expires != 0) out.push_back(std::move(*facts));
  }
  return out;
}

bool in_force(const ReaderLeaseFacts& lease, Scn now, std::chrono::milliseconds clock_error) {
  if (lease.expires == 0) return false;
  const auto over = [&](uint64_t end) { return end < now && now - end > ns(clock_error); };
  const uint64_t length = lease.expires > lease.granted ? lease.expires - lease.granted : 0;
  if (!over(lease.expires)) return true;
  return lease.modified_ns != 0 && length < kDayNs * 366 && !over(lease.modified_ns + length);
}

void remove_old_leases(ObjectStore& store, Scn now, const IoContext& ctx) {
  const auto leases = list_reader_leases(store, ctx);
  if (!leases) return;
  std::vector<std::string> keys;
  for (const auto& lease : *leases)
    if (!in_force(lease, now, std::chrono::hours(24))) keys.push_back(paths::reader_lease(lease.id, lease.sequence));
  if (!keys.empty()) (void)store.remove(keys, ctx);
}

}  // namespace seabed
