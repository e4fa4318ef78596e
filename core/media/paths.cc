#include "core/media/paths.h"

#include <spdlog/fmt/fmt.h>

#include <charconv>

namespace seabed::paths {
namespace {

std::string set_name(const SetId& set) {
  return fmt::format("backup_set_{}_{}", set.id, set.full ? "full" : "inc");
}
std::string piece_name(const PieceKey& p) { return fmt::format("piece_d{}r{}p{}", p.dest, p.round, p.piece); }
std::string ls_dir(uint64_t ls) { return fmt::format("logstream_{}/", ls); }

/// Walks a name from its front; the first mismatch makes everything after it false.
class NameReader {
 public:
  explicit NameReader(std::string_view name) : rest_(name) {}
  bool text(std::string_view t) {
    if (!rest_.starts_with(t)) return false;
    rest_.remove_prefix(t.size());
    return true;
  }
  /// Decimal as we print it: no sign, no leading zero, no overflow.
  bool number(uint64_t* v) {
    if (rest_.empty() || rest_[0] < '0' || rest_[0] > '9') return false;
    if (rest_[0] == '0' && rest_.size() > 1 && rest_[1] >= '0' && rest_[1] <= '9') return false;
    auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), *v);
    if (error != std::errc()) return false;
    rest_.remove_prefix(end - rest_.data());
    return true;
  }
  /// YYYYMMDDTHHMMSS
  bool tag(std::string* v) {
    if (rest_.size() < 15) return false;
    for (size_t i = 0; i < 15; ++i)
      if (i == 8 ? rest_[i] != 'T' : rest_[i] < '0' || rest_[i] > '9') return false;
    v->assign(rest_.substr(0, 15));
    rest_.remove_prefix(15);
    return true;
  }
  bool end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool piece_numbers(NameReader& r, PieceKey* p) {
  return r.text("d") && r.number(&p->dest) && r.text("r") && r.number(&p->round) && r.text("p") &&
         r.number(&p->piece);
}

}  // namespace

std::string check_file(uint64_t dest, const std::string& tag) {
  return fmt::format("check_file/{}_connect_file_{}.obbak", dest, tag);
}

std::string set_start(const SetId& set) { return "backup_sets/" + set_name(set) + "_start.obbak"; }
std::string set_end(const SetId& set, bool success, const std::string& tag) {
  return fmt::format("backup_sets/{}_end_{}_{}.obbak", set_name(set), success ? "success" : "failed", tag);
}
std::string set_dir(const SetId& set) { return set_name(set) + "/"; }
std::string set_range(const SetId& set, const std::string& start, const std::string& end) {
  return fmt::format("{0}/{0}_{1}_{2}.obbak", set_name(set), start, end);
}
std::string complement_log(const SetId& set) { return set_dir(set) + "complement_log/"; }
std::string single_set_info(const SetId& set) { return set_dir(set) + "single_backup_set_info.obbak"; }
std::string tenant_set_infos(const SetId& set) { return set_dir(set) + "tenant_backup_set_infos.obbak"; }
std::string set_info_file(const SetId& set, std::string_view name) {
  return fmt::format("{}infos/{}.obbak", set_dir(set), name);
}
std::string table_list(const SetId& set, uint64_t scn, uint32_t part) {
  return fmt::format("{}infos/table_list/table_list.{}.{}.obbak", set_dir(set), scn, part);
}
std::string table_list_meta(const SetId& set, uint64_t scn) {
  return fmt::format("{}infos/table_list/table_list_meta_info.{}.obbak", set_dir(set), scn);
}
std::string data_info_dir(const SetId& set, std::string_view kind, uint32_t turn) {
  return fmt::format("{}infos/{}_data_info_turn_{}/", set_dir(set), kind, turn);
}
std::string tenant_index(const SetId& set, std::string_view kind, uint32_t turn, std::string_view index,
                         uint32_t retry) {
  return fmt::format("{}tenant_{}_data_{}.{}.obbak", data_info_dir(set, kind, turn), kind, index, retry);
}
std::string tablet_log_stream_info(const SetId& set, std::string_view kind, uint32_t turn) {
  return data_info_dir(set, kind, turn) + "tablet_log_stream_info.obbak";
}
std::string ls_attr_info(const SetId& set, uint32_t turn) {
  return fmt::format("{}infos/meta_info/ls_attr_info.{}.obbak", set_dir(set), turn);
}
std::string ls_meta_infos(const SetId& set) { return set_dir(set) + "infos/meta_info/ls_meta_infos.obbak"; }
std::string ls_meta_info(const SetId& set, uint64_t ls, uint32_t turn, uint32_t retry) {
  return fmt::format("{}{}meta_info_turn_{}_retry_{}/ls_meta_info.obbak", set_dir(set), ls_dir(ls), turn,
                     retry);
}
std::string tablet_info(const SetId& set, uint64_t ls, uint32_t turn, uint32_t retry, uint32_t part) {
  return fmt::format("{}{}meta_info_turn_{}_retry_{}/tablet_info.{}.obbak", set_dir(set), ls_dir(ls), turn,
                     retry, part);
}
std::string ls_data_dir(const LsData& d) {
  return fmt::format("{}{}{}_data_turn_{}_retry_{}/", set_dir(d.set), ls_dir(d.ls), d.kind, d.turn, d.retry);
}
std::string macro_block_data(const LsData& data, uint32_t file) {
  return fmt::format("{}macro_block_data.{}.obbak", ls_data_dir(data), file);
}
std::string ls_index(const LsData& data, std::string_view index) {
  return fmt::format("{}{}.obbak", ls_data_dir(data), index);
}

std::optional<SetPlaceholder> parse_set_placeholder(std::string_view key) {
  SetPlaceholder p;
  NameReader r(key);
  if (!r.text("backup_sets/backup_set_") || !r.number(&p.set.id)) return std::nullopt;
  if (r.text("_full_"))
    p.set.full = true;
  else if (r.text("_inc_"))
    p.set.full = false;
  else
    return std::nullopt;
  if (r.text("start"))
    p.what = SetPlaceholder::kStart;
  else if (r.text("end_success_") && r.tag(&p.tag))
    p.what = SetPlaceholder::kSuccess;
  else if (r.text("end_failed_") && r.tag(&p.tag))
    p.what = SetPlaceholder::kFailed;
  else
    return std::nullopt;
  return r.text(".obbak") && r.end() ? std::optional(p) : std::nullopt;
}

std::string round_start(uint64_t dest, uint64_t round) {
  return fmt::format("rounds/round_d{}r{}_start.obarc", dest, round);
}
std::string round_end(uint64_t dest, uint64_t round) {
  return fmt::format("rounds/round_d{}r{}_end.obarc", dest, round);
}
std::string piece_start(const PieceKey& p, const std::string& tag) {
  return fmt::format("pieces/{}_start_{}.obarc", piece_name(p), tag);
}
std::string piece_end(const PieceKey& p, const std::string& tag) {
  return fmt::format("pieces/{}_end_{}.obarc", piece_name(p), tag);
}
std::string piece_dir(const PieceKey& p) { return piece_name(p) + "/"; }
std::string piece_range(const PieceKey& p, const std::string& start, const std::string& end) {
  return fmt::format("{0}/{0}_{1}_{2}.obarc", piece_name(p), start, end);
}
std::string checkpoint_dir(const PieceKey& p) { return piece_dir(p) + "checkpoint/"; }
std::string checkpoint(const PieceKey& p, uint64_t scn) {
  return fmt::format("{}checkpoint.{}.obarc", checkpoint_dir(p), scn);
}
std::string checkpoint_info(const PieceKey& p) { return checkpoint_dir(p) + "checkpoint_info.0.obarc"; }
std::string single_piece_info(const PieceKey& p) { return piece_dir(p) + "single_piece_info.obarc"; }
std::string tenant_piece_infos(const PieceKey& p) {
  return piece_dir(p) + "tenant_archive_piece_infos.obarc";
}
std::string piece_file_info(const PieceKey& p) { return piece_dir(p) + "file_info.obarc"; }
std::string ls_file_info(const PieceKey& p, uint64_t ls) {
  return piece_dir(p) + ls_dir(ls) + "file_info.obarc";
}
std::string ls_log_dir(const PieceKey& p, uint64_t ls) { return piece_dir(p) + ls_dir(ls) + "log/"; }
std::string log_file(const PieceKey& p, uint64_t ls, uint32_t file) {
  return fmt::format("{}{}.obarc", ls_log_dir(p, ls), file);
}
namespace {
constexpr std::string_view kPartMark = "/@APD_PART@";
}  // namespace
std::string log_part(const std::string& file, uint64_t start, uint64_t end) {
  return fmt::format("{}{}{}-{}.obarc", file, kPartMark, start, end);
}
std::string log_part_format(const std::string& file) { return fmt::format("{}{}FORMAT_META.obarc", file, kPartMark); }
std::string log_part_seal(const std::string& file) { return fmt::format("{}{}SEAL_META.obarc", file, kPartMark); }

std::optional<std::pair<uint64_t, uint64_t>> parse_log_part(std::string_view file, std::string_view key) {
  uint64_t start = 0, end = 0;
  NameReader r(key);
  if (r.text(file) && r.text(kPartMark) && r.number(&start) && r.text("-") && r.number(&end) && r.text(".obarc") &&
      r.end() && start < end)
    return std::pair(start, end);
  return std::nullopt;
}

std::optional<uint32_t> parse_log_file(std::string_view dir, std::string_view key) {
  uint64_t n = 0;
  NameReader r(key);
  if (!r.text(dir) || !r.number(&n) || n == 0 || n > UINT32_MAX || !r.text(".obarc")) return std::nullopt;
  if (r.end() || r.text(kPartMark)) return static_cast<uint32_t>(n);
  return std::nullopt;
}

std::string schema_meta_dir(const PieceKey& p) { return piece_dir(p) + "logstream_1/schema_meta/"; }
std::string schema_meta(const PieceKey& p, uint64_t scn) {
  return fmt::format("{}{}.obarc", schema_meta_dir(p), scn);
}

std::optional<PiecePlaceholder> parse_piece_placeholder(std::string_view key) {
  PiecePlaceholder p;
  NameReader r(key);
  if (!r.text("pieces/piece_") || !piece_numbers(r, &p.piece)) return std::nullopt;
  if (r.text("_end_"))
    p.end = true;
  else if (!r.text("_start_"))
    return std::nullopt;
  return r.tag(&p.tag) && r.text(".obarc") && r.end() ? std::optional(p) : std::nullopt;
}

std::optional<std::pair<uint64_t, uint64_t>> parse_round_start(std::string_view key) {
  uint64_t dest = 0, round = 0;
  NameReader r(key);
  if (r.text("rounds/round_d") && r.number(&dest) && r.text("r") && r.number(&round) &&
      r.text("_start.obarc") && r.end())
    return std::pair(dest, round);
  return std::nullopt;
}

std::optional<uint64_t> parse_checkpoint(std::string_view key) {
  const size_t slash = key.rfind('/');
  NameReader r(slash == key.npos ? key : key.substr(slash + 1));
  uint64_t scn = 0;
  if (r.text("checkpoint.") && r.number(&scn) && r.text(".obarc") && r.end()) return scn;
  return std::nullopt;
}

std::string hole(const PieceKey& p, uint64_t ls, uint64_t scn_lo) {
  return fmt::format("{}hole_ls{}_{}.obarc", holes_dir(p), ls, scn_lo);
}
std::string gap(const PieceKey& p, uint64_t ls, uint64_t scn) {
  return fmt::format("{}gap_ls{}_{}.obarc", holes_dir(p), ls, scn);
}
std::string holes_dir(const PieceKey& p) { return piece_dir(p) + "holes/"; }
std::string lease(uint64_t ls, uint64_t epoch, uint64_t sequence) {
  return fmt::format("{}{:020}.{:020}.obarc", leases_dir(ls), epoch, sequence);
}
std::string leases_dir(uint64_t ls) { return "leases/" + ls_dir(ls); }

std::string tombstone(const SetId& set) { return fmt::format("tombstones/{}.obbak", set_name(set)); }
std::string tombstone(const PieceKey& p) { return fmt::format("tombstones/{}.obarc", piece_name(p)); }
std::string reader_lease(const std::string& id, uint64_t sequence) {
  return fmt::format("readers/{}.{:020}.obbak", id, sequence);
}

std::optional<SetId> parse_set_dir(std::string_view name) {
  if (name.ends_with('/')) name.remove_suffix(1);
  SetId set;
  NameReader r(name);
  if (!r.text("backup_set_") || !r.number(&set.id)) return std::nullopt;
  set.full = r.text("_full");
  if (!set.full && !r.text("_inc")) return std::nullopt;
  return r.end() ? std::optional(set) : std::nullopt;
}

std::optional<PieceKey> parse_piece_dir(std::string_view name) {
  if (name.ends_with('/')) name.remove_suffix(1);
  PieceKey piece;
  NameReader r(name);
  return r.text("piece_") && piece_numbers(r, &piece) && r.end() ? std::optional(piece) : std::nullopt;
}

namespace {
/// What is between the two; empty: it is not there.
std::string_view inside(std::string_view key, std::string_view front, std::string_view back) {
  if (key.size() <= front.size() + back.size() || !key.starts_with(front) || !key.ends_with(back)) return {};
  return key.substr(front.size(), key.size() - front.size() - back.size());
}
}  // namespace

std::optional<SetId> parse_set_tombstone(std::string_view key) {
  const auto name = inside(key, "tombstones/", ".obbak");
  return name.ends_with('/') ? std::nullopt : parse_set_dir(name);
}

std::optional<PieceKey> parse_piece_tombstone(std::string_view key) {
  const auto name = inside(key, "tombstones/", ".obarc");
  return name.ends_with('/') ? std::nullopt : parse_piece_dir(name);
}

std::optional<ReaderLeaseName> parse_reader_lease(std::string_view key) {
  const auto name = inside(key, "readers/", ".obbak");
  const size_t dot = name.rfind('.');
  if (dot == name.npos || dot == 0 || name.find('/') != name.npos) return std::nullopt;
  ReaderLeaseName out{std::string(name.substr(0, dot)), 0};
  const auto digits = name.substr(dot + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.sequence);
  if (error != std::errc() || end != digits.data() + digits.size() || reader_lease(out.id, out.sequence) != key)
    return std::nullopt;
  return out;
}

std::string key_backups(uint64_t cluster, uint64_t tenant) { return fmt::format("tenant_keys_c{}t{}/", cluster, tenant); }
std::string key_backup(uint64_t cluster, uint64_t tenant, uint64_t scn) {
  return fmt::format("{}master_keys.{:020}.obbak", key_backups(cluster, tenant), scn);
}
std::optional<uint64_t> parse_key_backup(std::string_view dir, std::string_view key) {
  const auto digits = inside(key, std::string(dir) + "master_keys.", ".obbak");
  uint64_t scn = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), scn);
  if (digits.size() != 20 || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return scn;
}

}  // namespace seabed::paths
