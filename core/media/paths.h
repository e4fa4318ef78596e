#pragma once
// Every name on the media, in one place (docs/format/tree.md). Keys are relative to the root of a destination.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace seabed::paths {

struct SetId { uint64_t id = 0; bool full = true; };
struct PieceKey { uint64_t dest = 0, round = 0, piece = 0; auto operator<=>(const PieceKey&) const = default; };
/// kind is "sys", "minor" or "major".
struct LsData { SetId set; uint64_t ls = 0; std::string kind; uint32_t turn = 1, retry = 0; };

// ---- both ----
inline std::string format() { return "format.obbak"; }
std::string check_file(uint64_t dest, const std::string& tag);                     // check_file/1002_connect_file_<tag>.obbak
inline std::string check_files() { return "check_file/"; }

// ---- data ----
inline std::string backup_sets() { return "backup_sets/"; }
std::string set_start(const SetId& set);                                           // backup_sets/backup_set_1_full_start.obbak
std::string set_end(const SetId& set, bool success, const std::string& tag);       // backup_sets/backup_set_1_full_end_success_<tag>.obbak
std::string set_dir(const SetId& set);                                             // backup_set_1_full/
std::string set_range(const SetId& set, const std::string& start, const std::string& end);
std::string single_set_info(const SetId& set);
std::string complement_log(const SetId& set);                                      // backup_set_1_full/complement_log/: an archive of its own
std::string tenant_set_infos(const SetId& set);
std::string set_info_file(const SetId& set, std::string_view name);                // infos/<name>.obbak: diagnose_info, tenant_parameter, locality_info
std::string table_list(const SetId& set, uint64_t scn, uint32_t part);
std::string table_list_meta(const SetId& set, uint64_t scn);
std::string data_info_dir(const SetId& set, std::string_view kind, uint32_t turn); // infos/major_data_info_turn_1/
std::string tenant_index(const SetId& set, std::string_view kind, uint32_t turn, std::string_view index, uint32_t retry);  // index: macro_range_index, meta_index, sec_meta_index
std::string tablet_log_stream_info(const SetId& set, std::string_view kind, uint32_t turn);
std::string ls_attr_info(const SetId& set, uint32_t turn);
std::string ls_meta_infos(const SetId& set);
std::string ls_meta_info(const SetId& set, uint64_t ls, uint32_t turn, uint32_t retry);
std::string tablet_info(const SetId& set, uint64_t ls, uint32_t turn, uint32_t retry, uint32_t part);
std::string ls_data_dir(const LsData& data);
std::string macro_block_data(const LsData& data, uint32_t file);
std::string ls_index(const LsData& data, std::string_view index);
struct SetPlaceholder { SetId set; enum { kStart, kSuccess, kFailed } what; std::string tag; };
std::optional<SetPlaceholder> parse_set_placeholder(std::string_view key);

// ---- archive ----
inline std::string rounds() { return "rounds/"; }
inline std::string pieces() { return "pieces/"; }
std::string round_start(uint64_t dest, uint64_t round);
std::string round_end(uint64_t dest, uint64_t round);
std::string piece_start(const PieceKey& piece, const std::string& tag);
std::string piece_end(const PieceKey& piece, const std::string& tag);
std::string piece_dir(const PieceKey& piece);                                      // piece_d1002r1p1/
std::string piece_range(const PieceKey& piece, const std::string& start, const std::string& end);
std::string checkpoint_dir(const PieceKey& piece);
std::string checkpoint(const PieceKey& piece, uint64_t scn);
std::string checkpoint_info(const PieceKey& piece);
std::string single_piece_info(const PieceKey& piece);
std::string tenant_piece_infos(const PieceKey& piece);
std::string piece_file_info(const PieceKey& piece);
std::string ls_file_info(const PieceKey& piece, uint64_t ls);
std::string ls_log_dir(const PieceKey& piece, uint64_t ls);                        // piece_…/logstream_1001/log/
std::string log_file(const PieceKey& piece, uint64_t ls, uint32_t file);
// A log file in parts is the prefix log_file(…) + "/"; `file` is that name without the slash.
std::string log_part(const std::string& file, uint64_t start, uint64_t end);       // …/@APD_PART@<start>-<end>.obarc, end exclusive
std::string log_part_format(const std::string& file);                              // …/@APD_PART@FORMAT_META.obarc
std::string log_part_seal(const std::string& file);                                // …/@APD_PART@SEAL_META.obarc
/// Start and end of a key that is a part of `file`, start < end.
std::optional<std::pair<uint64_t, uint64_t>> parse_log_part(std::string_view file, std::string_view key);
/// The number of the log file in `dir` (ls_log_dir) that a key of either form belongs to.
std::optional<uint32_t> parse_log_file(std::string_view dir, std::string_view key);
std::string schema_meta_dir(const PieceKey& piece);
std::string schema_meta(const PieceKey& piece, uint64_t scn);
struct PiecePlaceholder { PieceKey piece; bool end = false; std::string tag; };
std::optional<PiecePlaceholder> parse_piece_placeholder(std::string_view key);
std::optional<std::pair<uint64_t, uint64_t>> parse_round_start(std::string_view key);   // dest, round
std::optional<uint64_t> parse_checkpoint(std::string_view key);                    // scn of a checkpoint.<scn>.obarc

// ---- Seabed's own, beside the introduction's tree ----
std::string hole(const PieceKey& piece, uint64_t ls, uint64_t scn_lo);             // piece_…/holes/hole_ls1001_<scn>.obarc
std::string gap(const PieceKey& piece, uint64_t ls, uint64_t scn);                 // piece_…/holes/gap_ls1001_<scn>.obarc
std::string holes_dir(const PieceKey& piece);
std::string lease(uint64_t ls, uint64_t epoch, uint64_t sequence);                 // leases/logstream_1001/<epoch 20 digits>.<sequence 20 digits>.obarc
std::string leases_dir(uint64_t ls);
inline std::string tombstones() { return "tombstones/"; }
std::string tombstone(const SetId& set);                                           // tombstones/backup_set_1_full.obbak
std::string tombstone(const PieceKey& piece);                                      // tombstones/piece_d1002r1p1.obarc
inline std::string readers() { return "readers/"; }
std::string reader_lease(const std::string& id, uint64_t sequence);                // readers/<id>.<sequence 20 digits>.obbak
/// Of a directory's own name, with or without a slash at its end.
std::optional<SetId> parse_set_dir(std::string_view name);
std::optional<PieceKey> parse_piece_dir(std::string_view name);
/// Of a tombstone's key.
std::optional<SetId> parse_set_tombstone(std::string_view key);
std::optional<PieceKey> parse_piece_tombstone(std::string_view key);
struct ReaderLeaseName { std::string id; uint64_t sequence = 0; };
std::optional<ReaderLeaseName> parse_reader_lease(std::string_view key);

// ---- key backups, on a path of their own ----
std::string key_backups(uint64_t cluster, uint64_t tenant);                        // tenant_keys_c1t1002/
std::string key_backup(uint64_t cluster, uint64_t tenant, uint64_t scn);           // tenant_keys_c1t1002/master_keys.<scn, 20 digits>.obbak
std::optional<uint64_t> parse_key_backup(std::string_view dir, std::string_view key);

}  // namespace seabed::paths
