#include "tests/unit/engine/restore/restore_rig.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <random>

#include "core/base/bytes.h"
#include "core/flow/macroblock.h"
#include "core/media/archive_objects.h"
#include "core/media/format_file.h"
#include "core/storage/store_call.h"

namespace seabed::testing_restore {

constexpr uint64_t kTenant = 1004, kDataDest = 1001, kArchiveDest = 1002;
constexpr uint64_t kStreams[] = {1, 1001, 1002};

std::string noise(uint64_t seed, uint64_t size) {
  std::mt19937_64 random(seed);
  std::string out(size, '\0');
  for (uint64_t i = 0; i + 8 <= size; i += 8) {
    const uint64_t v = random();
    std::memcpy(&out[i], &v, 8);
  }
  return out;
}

namespace {

struct Tenant final : TenantSource {
  explicit Tenant(std::map<std::string, std::string>* seen) : seen(seen) {}
  Result<TenantFacts> look() override { return TenantFacts{}; }
  Status restore_files(const std::map<std::string, std::string>& files, const std::string&) override {
    *seen = files;
    return ok();
  }
  std::map<std::string, std::string>* seen;
};

/// An S3-like medium: the log is written in parts, and read back as objects of a directory.
class WithoutAppend final : public AroundStore<WithoutAppend> {
 public:
  explicit WithoutAppend(std::shared_ptr<ObjectStore> inner) : AroundStore(std::move(inner)), can_(inner_->capabilities()) {
    can_.append = false;
  }
  template <class F>
  auto around(const StoreCall&, F&& next) -> decltype(next()) {
    return next();
  }
  const Capabilities& capabilities() const override { return can_; }

 private:
  Capabilities can_;
};

std::shared_ptr<ObjectStore> written_through(std::shared_ptr<ObjectStore> store) {
  if (std::getenv("SEABED_TEST_NO_APPEND") == nullptr) return store;
  return std::make_shared<WithoutAppend>(std::move(store));
}

Result<Fd> open_bytes(const std::string& content) {
  Fd fd(::memfd_create("rig", MFD_CLOEXEC));
  SEABED_CHECK(pwrite_full(fd.get(), content, 0, "rig"));
  return fd;
}

}  // namespace

Rig::Rig() {
  std::string name = (fs::temp_directory_path() / "seabed-restore-XXXXXX").string();
  base = ::mkdtemp(name.data());
  data_dir = base + "/data";
  archive_dir = base + "/archive";
  auto opened = Storage::create({{SEABED_TEST_DRIVERS}, {}, 2});
  EXPECT_TRUE(opened) << opened.error().message();
  storage = std::move(*opened);
  context.storage = storage.get();
  context.clock = &system_clock();
  context.adapters["fake"] = &adapter;
  context.open_tenant_source = [this](const TenantConfig&) { return std::make_unique<Tenant>(&auxiliary); };
  write_formats();
  files[1001] = {{"000010.sst", "major", noise(10, 5'000'000)},
                 {"000011.sst", "minor", noise(11, 70'000)},
                 {"MANIFEST-1", "sys", noise(12, 999)},
                 {"empty", "sys", ""}};
  files[1002] = {{"000010.sst", "major", noise(20, 300'000)}, {"MANIFEST-1", "sys", noise(22, 100)}};
}

Rig::~Rig() {
  writers_.clear();
  fs::remove_all(base);
}

std::shared_ptr<ObjectStore> Rig::store(const std::string& dir) {
  fs::create_directories(dir);
  auto uri = parse_uri("file://" + dir);
  EXPECT_TRUE(uri);
  auto opened = storage->open(*uri);
  EXPECT_TRUE(opened) << opened.error().message();
  return *opened;
}

void Rig::write_formats() {
  DestinationFacts facts;
  facts.cluster_id = 1;
  facts.cluster_name = "rig";
  facts.tenant_id = kTenant;
  facts.tenant_name = "shop";
  facts.time_zone = "UTC";
  facts.mode = "mysql";
  facts.dest_id = kDataDest;
  auto data = store(data_dir);
  archive_ = written_through(store(archive_dir));
  EXPECT_TRUE(claim_destination(*data, facts, {}));
  EXPECT_TRUE(probe_destination(*data, facts, system_clock(), {}));
  facts.dest_id = kArchiveDest;
  facts.use = DestinationUse::kArchive;
  EXPECT_TRUE(claim_destination(*archive_, facts, {}));
  EXPECT_TRUE(probe_destination(*archive_, facts, system_clock(), {}));
}

// ---- sets ----

std::vector<CopyFile> Rig::copies(uint64_t set, uint64_t ls, const std::string& kind) {
  std::vector<CopyFile> out;
  for (const File& f : sets_[set][ls]) {
    if (f.kind != kind) continue;
    CopyFile copy;
    auto held = held_.find({ls, f.name});
    if (held != held_.end() && held->second.content == f.content && f.kind != "sys") {
      copy.meta = held->second.meta;
      copy.meta.set_kind(kind);
    } else {
      copy.meta.set_ls_id(ls);
      copy.meta.set_tablet_id(1);
      copy.meta.set_logical_id(next_logical_++);
      copy.meta.set_name(f.name);
      copy.meta.set_kind(kind);
      copy.meta.set_size(f.content.size());
      copy.open = [content = f.content] { return open_bytes(content); };
      meta::FileMeta kept = copy.meta;
      kept.set_holder_set_id(set);
      kept.set_holder_turn(1);
      kept.set_holder_kind(kind);
      kept.set_hash128(std::string(view(hash128(f.content))));
      kept.set_block_count(static_cast<uint32_t>(block_count(f.content.size())));
      held_[{ls, f.name}] = {f.content, kept};
    }
    out.push_back(std::move(copy));
  }
  std::sort(out.begin(), out.end(),
            [](const CopyFile& a, const CopyFile& b) { return a.meta.logical_id() < b.meta.logical_id(); });
  return out;
}

void Rig::write_set(uint64_t id, bool full, uint64_t start, uint64_t min, uint64_t covers) {
  const paths::SetId set{id, full};
  if (full) held_.clear();
  meta::DictionaryFold fold;
  fold.set_scn(at(start));
  fold.set_lsn(lsn(start + 1).bytes);
  auto* aux = fold.mutable_state()->add_files();
  aux->set_path("shop/base.frm");
  aux->set_content("of set " + std::to_string(id));
  auto* fact = fold.mutable_state()->add_facts();
  fact->set_name("parameter/archive_lag_target"), fact->set_value("1s");
  fact = fold.mutable_state()->add_facts();
  fact->set_name("variable/server_version"), fact->set_value("10.11");
  files[1] = {{"dictionary", "sys", encode_file(FileType::kSchemaMeta, fold.SerializeAsString())}};
  sets_[id] = files;
  starts_[id] = start;

  BackupWriterOptions options;
  options.part_bytes = 2 << 20;
  options.data_file_bytes = 4 << 20;
  options.memory_bytes = 16 << 20;
  options.compression = compression;
  BackupSetWriter writer(store(data_dir), set, options);
  meta::BackupSetDescriptor d;
  auto put = [&](const std::string& key, FileType type, const google::protobuf::MessageLite& m) {
    auto entry = writer.put(key, type, m);
    ASSERT_TRUE(entry) << entry.error().message();
    *d.add_files() = *entry;
  };
  meta::Placeholder placeholder;
  placeholder.set_id(id);
  ASSERT_TRUE(writer.put(paths::set_start(set), FileType::kPlaceholder, placeholder));
  meta::LsMetaInfos metas;
  for (uint64_t ls : kStreams) {
    if (not_in_sets.contains(ls)) continue;
    auto* m = metas.add_ls();
    m->set_ls_id(ls);
    m->set_incarnation(1);
    m->set_engine(ls == 1 ? "seabed" : "fake");
    m->set_start_replay_lsn(lsn(start).bytes);
    m->set_start_replay_scn(at(start - 1));
    m->set_min_restore_scn(at(min));
    m->set_recovery("start " + std::to_string(start) + " covers " + std::to_string(covers));
    m->set_directory(ls == 1 ? "" : "db" + std::to_string(ls));
    put(paths::ls_meta_info(set, ls, 1, 0), FileType::kLsMetaInfo, *m);
    meta::TabletInfo tablets;
    tablets.set_ls_id(ls);
    put(paths::tablet_info(set, ls, 1, 0, 1), FileType::kTabletInfo, tablets);
    auto* turn = d.add_ls();
    turn->set_ls_id(ls);
    turn->set_meta_turn(1);
    turn->set_sys_turn(1);
    turn->set_minor_turn(1);
    turn->set_major_turn(1);
    for (const char* kind : {"sys", "minor", "major"}) {
      CopyCounters counters;
      auto done = writer.copy_ls_data({set, ls, kind, 1, 0}, copies(id, ls, kind), &counters);
      ASSERT_TRUE(done) << done.error().error.message();
      for (const auto& e : done->files) *d.add_files() = e;
    }
  }
  for (const char* kind : {"minor", "major"}) {
    std::vector<paths::LsData> streams;
    for (uint64_t ls : kStreams)
      if (!not_in_sets.contains(ls)) streams.push_back({set, ls, kind, 1, 0});
    auto merged = writer.merge_indexes(kind, 1, 0, streams, 0);
    ASSERT_TRUE(merged) << merged.error().message();
    for (const auto& e : *merged) *d.add_files() = e;
    put(paths::tablet_log_stream_info(set, kind, 1), FileType::kTabletLogStreamInfo,
        meta::TabletLogStreamInfo());
  }
  put(paths::ls_attr_info(set, 1), FileType::kLsAttrInfo, meta::LsAttrInfo());
  put(paths::ls_meta_infos(set), FileType::kLsMetaInfos, metas);
  put(paths::table_list(set, at(min), 1), FileType::kTableList, meta::TableList());
  put(paths::table_list_meta(set, at(min)), FileType::kTableListMetaInfo, meta::TableListMetaInfo());
  put(paths::set_info_file(set, "locality_info"), FileType::kLocalityInfo, meta::LocalityInfo());
  put(paths::set_info_file(set, "diagnose_info"), FileType::kDiagnoseInfo, meta::DiagnoseInfo());
  put(paths::set_info_file(set, "tenant_parameter"), FileType::kTenantParameter, meta::Parameters());
  const std::string tag = *scn_to_tag(at(min), "UTC");
  put(paths::set_range(set, tag, tag), FileType::kPlaceholder, placeholder);
  d.set_backup_set_id(id);
  d.set_backup_type(full ? "D" : "I");
  d.set_status("SUCCESS");
  d.set_start_replay_scn(at(start - 1));
  d.set_min_restore_scn(at(min));
  d.set_archive_dest_id(kArchiveDest);
  d.set_archive_round_id(pieces_.empty() ? 1 : pieces_.back().round);
  if (!full) {
    for (const auto& earlier : descriptors_)
      if (earlier.backup_type() == "D") d.set_prev_full_backup_set_id(earlier.backup_set_id());
    d.set_prev_inc_backup_set_id(descriptors_.back().backup_set_id());
  }
  meta::TenantBackupSetInfos infos;
  for (const auto& earlier : descriptors_) *infos.add_sets() = earlier;
  *infos.add_sets() = d;
  infos.mutable_sets()->rbegin()->clear_files();
  descriptors_.push_back(*infos.mutable_sets()->rbegin());
  put(paths::tenant_set_infos(set), FileType::kTenantBackupSetInfos, infos);
  ASSERT_TRUE(writer.put(paths::single_set_info(set), FileType::kBackupSetInfo, d));
  ASSERT_TRUE(writer.put(paths::set_end(set, true, tag), FileType::kPlaceholder, placeholder));
}

void Rig::write_failed_set(uint64_t id, bool full, uint64_t end) {
  const paths::SetId set{id, full};
  BackupSetWriter writer(store(data_dir), set, {});
  meta::Placeholder placeholder;
  placeholder.set_id(id);
  ASSERT_TRUE(writer.put(paths::set_start(set), FileType::kPlaceholder, placeholder));
  ASSERT_TRUE(writer.put(paths::tablet_info(set, 1001, 1, 0, 1), FileType::kTabletInfo, meta::TabletInfo()));
  const std::string tag = *scn_to_tag(at(end), "UTC");
  ASSERT_TRUE(writer.put(paths::set_end(set, false, tag), FileType::kPlaceholder, placeholder));
}

// ---- archive ----

void Rig::write_stream(ArchiveTree& tree, const Piece& piece, uint64_t ls, uint64_t until) {
  const ArchiveStreamId id{kTenant, kArchiveDest, piece.round, ls};
  auto& writer = writers_[ls];
  if (!writer)
    writer =
        std::make_unique<ArchiveWriter>(*archive_, id, ArchiveWriterOptions{1, "rig", 20'000}, LogFile{});
  auto& done = log_files_[{ls, piece.id}];
  auto keep = [&] {
    if (!done.empty() && done.back().file_id == writer->current().file_id) done.pop_back();  // it grew
    done.push_back(writer->current());
  };
  std::vector<EncodedGroup> batch;
  auto flush = [&] {
    if (!batch.empty()) {
      ASSERT_TRUE(writer->append(batch, {}));
    }
    batch.clear();
  };
  auto write = [&](const LogGroup& group) {
    if (batch.size() >= 10) flush();
    if (batch.empty() && (writer->needs_file() || writer->piece_id() != piece.id)) {
      if (writer->current().file_id != 0 && writer->piece_id() == piece.id) keep();
      auto opened = writer->open_file(piece.id, 1, group.begin, group.scn_hi, {});
      ASSERT_TRUE(opened) << opened.error().message();
    }
    batch.push_back(encode(group, 1));
  };
  for (uint64_t n = std::max(archived_, piece.from) + 1; n <= std::min(until, piece.to); ++n) {
    if (holes_.count({ls, n}) != 0) {
      write(hole_group(n));
      meta::HoleRecord h;
      h.set_ls_id(ls);
      h.set_scn_lo(at(n - 1));
      h.set_lsn(lsn(n).bytes);
      h.set_reason("the rig says so");
      ASSERT_TRUE(write_hole(*archive_, id.piece(piece.id), h, {}));
    }
    if (ls == 1 && n % 10 != 0) continue;  // a quiet dictionary
    if (lost_.count({ls, n}) == 0) write(log_group(ls, n));
  }
  flush();
  if (writer->piece_id() == piece.id) keep();
  if (ls != 1) return;
  meta::DictionaryFold fold;
  fold.set_scn(at(piece.from));
  const auto key = paths::schema_meta(id.piece(piece.id), fold.scn());
  ASSERT_TRUE(put_once(tree.store(), key, FileType::kSchemaMeta, fold, {}));
}

void Rig::write_archive(uint64_t until) {
  if (pieces_.empty()) begin_round(0);
  ArchiveTree tree(archive_, "UTC", [] { return IoContext{}; });
  meta::RoundInfo round;
  round.set_dest_id(kArchiveDest);
  round.set_round_id(pieces_.back().round);
  ASSERT_TRUE(tree.write_round_start(round));
  for (bool last = false; !last;) {
    Piece& piece = pieces_.back();
    last = until <= piece.to;  // frozen by the next call, if it ends just there
    const paths::PieceKey key{kArchiveDest, piece.round, piece.id};
    const Scn end = at(std::min(until, piece.to));
    ASSERT_TRUE(tree.open_piece(key, kTenant, 1, at(piece.from)));
    ASSERT_TRUE(tree.write_earlier_pieces(key));
    meta::Checkpoint checkpoint;
    checkpoint.set_checkpoint_scn(end);
    for (uint64_t ls : kStreams) {
      write_stream(tree, piece, ls, until);
      const auto& logs = log_files_[{ls, piece.id}];
      auto* progress = checkpoint.add_ls();
      progress->set_ls_id(ls);
      progress->set_checkpoint_scn(end);
      if (logs.empty()) continue;
      progress->set_first_file_id(1);
      progress->set_last_file_id(logs.back().file_id);
      progress->set_last_file_length(logs.back().length);
      progress->set_last_file_hash128(std::string(view(logs.back().hash)));
    }
    ASSERT_TRUE(tree.write_checkpoint(key, checkpoint));
    if (last) break;
    archived_ = piece.to;
    freeze(tree, piece);
    pieces_.push_back({piece.round, piece.id + 1, piece.to, piece.to + piece_seconds});
  }
  archived_ = until;
}

void Rig::freeze(ArchiveTree& tree, Piece& piece) {
  const paths::PieceKey key{kArchiveDest, piece.round, piece.id};
  meta::PieceDescriptor d;
  d.set_dest_id(key.dest);
  d.set_round_id(key.round);
  d.set_piece_id(key.piece);
  d.set_start_scn(at(piece.from));
  d.set_end_scn(at(piece.to));
  const auto files = [&](const meta::LsPieceProgress& l) { return log_files_[{l.ls_id(), key.piece}]; };
  auto frozen = tree.freeze_piece(key, files, &d);
  ASSERT_TRUE(frozen) << frozen.error().message();
  piece.frozen = true, piece.reached = archived_;
}

void Rig::end_round() {
  ArchiveTree tree(archive_, "UTC", [] { return IoContext{}; });
  freeze(tree, pieces_.back());
  meta::RoundInfo round;
  round.set_dest_id(kArchiveDest);
  round.set_round_id(pieces_.back().round);
  round.set_checkpoint_scn(at(archived_));
  round.set_status("STOP");
  ASSERT_TRUE(tree.write_round_end(round));
}

void Rig::begin_round(uint64_t second) {
  const Piece last = pieces_.empty() ? Piece{0, 0, 0, 0} : pieces_.back();
  pieces_.push_back({last.round + 1, last.id + 1, second, second + piece_seconds});
  writers_.clear();
  archived_ = second;
}

// ---- looking ----

RestoreRequest Rig::request(RestoreTargetPoint until) {
  RestoreRequest r;
  r.source = source();
  r.until = until;
  r.directory = base + "/restored" + std::to_string(++restores);
  return r;
}

Result<RestoreOutcome> Rig::restore(const RestoreRequest& request) {
  return run_restore(context, request, {}, cancel);
}

std::map<std::string, std::string> Rig::expected(uint64_t set, uint64_t ls, uint64_t second) const {
  std::map<std::string, std::string> out;
  for (const File& f : sets_.at(set).at(ls)) out[f.name] = f.content;
  for (uint64_t n = start_of(set); n <= second; ++n) out["log"] += log_group(ls, n).payload;
  return out;
}

std::map<std::string, std::string> Rig::staged(const std::string& directory, uint64_t ls) const {
  std::map<std::string, std::string> out;
  for (const auto& e : fs::directory_iterator(staged_path(directory + "/db" + std::to_string(ls)))) {
    std::ifstream in(e.path(), std::ios::binary);
    out[e.path().filename()] = {std::istreambuf_iterator<char>(in), {}};
  }
  return out;
}

std::vector<std::string> Rig::objects(const std::string& root) const {
  std::vector<std::string> out;
  for (const auto& e : fs::recursive_directory_iterator(root))
    if (e.is_regular_file()) out.push_back(fs::relative(e.path(), root));
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace seabed::testing_restore
