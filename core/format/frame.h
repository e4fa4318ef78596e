#pragma once
// The frame of every file on the media (docs/format/frame.md): a fixed header with magic, type, version, lengths and
// checksums, then the body. Pure: bytes <-> values.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/checksum.h"
#include "core/base/status.h"

namespace seabed {

/// On the media: never renumber.
enum class FileType : uint16_t {
  kFormat = 1, kCheckFile = 2, kPlaceholder = 3,
  kBackupSetInfo = 10, kTenantBackupSetInfos = 11, kLsAttrInfo = 12, kLsMetaInfo = 13, kLsMetaInfos = 14, kTabletInfo = 15,
  kTabletLogStreamInfo = 16, kTableList = 17, kTableListMetaInfo = 18, kLocalityInfo = 19, kDiagnoseInfo = 20,
  kTenantParameter = 21, kClusterParameter = 22,
  kMacroBlockData = 30, kMacroRangeIndex = 31, kMetaIndex = 32, kSecMetaIndex = 33,
  kRound = 50, kPieceInfo = 51, kTenantPieceInfos = 52, kCheckpointInfo = 53, kCheckpoint = 54, kPieceFileList = 55,
  kLsFileList = 56, kLogFile = 57, kSchemaMeta = 58, kHole = 59, kLease = 60, kTombstone = 61, kReaderLease = 62,
  kLogFormatMeta = 63, kLogSealMeta = 64,
  kKeyBackup = 80,
};
std::string_view file_type_name(FileType type);

inline constexpr size_t kFileHeaderSize = 64;
inline constexpr uint16_t kFormatVersion = 1;

struct FileHeader {
  FileType type{};
  uint16_t version = kFormatVersion;
  uint32_t flags = 0;
  uint64_t body_length = 0;   // 0 for files that grow or stream (kLogFile, kMacroBlockData): their parts carry checksums
  Hash128 body_hash{};        // zero where body_length is 0
};

std::string encode_file_header(const FileHeader& header);
/// Magic, version, header checksum and bounds; kCorruption or kUnsupported (newer version) naming `what`.
Result<FileHeader> decode_file_header(std::string_view bytes, const std::string& what);

/// Header + body, for files written in one piece.
std::string encode_file(FileType type, std::string_view body);
/// Checks everything, returns the body. `what` names the object in errors.
Result<std::string> decode_file(FileType type, std::string_view bytes, const std::string& what);

}  // namespace seabed
