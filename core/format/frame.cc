#include "core/format/frame.h"

#include <spdlog/fmt/fmt.h>

#include "core/base/bytes.h"

namespace seabed {
namespace {

// docs/format/frame.md. The CR LF and 0x1a show a transfer that changed line ends or stopped at end-of-file
// marks.
constexpr std::string_view kMagic{"SEABED\r\n", 8};
constexpr size_t kChecked = 56;  // bytes before the header's own checksum

std::string_view header_check(std::string_view head, Hash128* keep) {
  *keep = hash128(head.substr(0, kChecked));
  return view(*keep).substr(0, kFileHeaderSize - kChecked);
}

tl::unexpected<Error> damaged(const std::string& what, std::string reason) {
  return fail(Code::kCorruption, what, std::move(reason), "run seabed verify on the destination");
}

}  // namespace

std::string_view file_type_name(FileType type) {
  switch (type) {
    case FileType::kFormat: return "format";
    case FileType::kCheckFile: return "check file";
    case FileType::kPlaceholder: return "placeholder";
    case FileType::kBackupSetInfo: return "backup set info";
    case FileType::kTenantBackupSetInfos: return "tenant backup set infos";
    case FileType::kLsAttrInfo: return "log stream attributes";
    case FileType::kLsMetaInfo: return "log stream meta";
    case FileType::kLsMetaInfos: return "log stream metas";
    case FileType::kTabletInfo: return "tablet info";
    case FileType::kTabletLogStreamInfo: return "tablet to log stream map";
    case FileType::kTableList: return "table list";
    case FileType::kTableListMetaInfo: return "table list meta";
    case FileType::kLocalityInfo: return "locality info";
    case FileType::kDiagnoseInfo: return "diagnose info";
    case FileType::kTenantParameter: return "tenant parameters";
    case FileType::kClusterParameter: return "cluster parameters";
    case FileType::kMacroBlockData: return "macroblock data";
    case FileType::kMacroRangeIndex: return "macro range index";
    case FileType::kMetaIndex: return "meta index";
    case FileType::kSecMetaIndex: return "sec meta index";
    case FileType::kRound: return "round";
    case FileType::kPieceInfo: return "piece info";
    case FileType::kTenantPieceInfos: return "tenant piece infos";
    case FileType::kCheckpointInfo: return "checkpoint info";
    case FileType::kCheckpoint: return "checkpoint";
    case FileType::kPieceFileList: return "piece file list";
    case FileType::kLsFileList: return "log stream file list";
    case FileType::kLogFile: return "log file";
    case FileType::kSchemaMeta: return "dictionary fold";
    case FileType::kHole: return "hole";
    case FileType::kLease: return "lease";
    case FileType::kTombstone: return "tombstone";
    case FileType::kReaderLease: return "reader lease";
    case FileType::kLogFormatMeta: return "format of a log file in parts";
    case FileType::kLogSealMeta: return "seal of a log file in parts";
    case FileType::kKeyBackup: return "key backup";
  }
  return "unknown";
}

std::string encode_file_header(const FileHeader& header) {
  std::string out(kMagic);
  out.reserve(kFileHeaderSize);
  put_u16(out, static_cast<uint16_t>(header.type));
  put_u16(out, header.version);
  put_u32(out, header.flags);
  put_u64(out, header.body_length);
  out.append(view(header.body_hash));
  out.append(kChecked - out.size(), '\0');
  Hash128 check;
  out.append(header_check(out, &check));
  return out;
}

Result<FileHeader> decode_file_header(std::string_view bytes, const std::string& what) {
  if (bytes.size() < kFileHeaderSize)
    return damaged(what, fmt::format("{} bytes are shorter than a file header", bytes.size()));
  if (bytes.substr(0, kMagic.size()) != kMagic) return damaged(what, "not a file of Seabed (magic)");
  Hash128 check;
  if (bytes.substr(kChecked, kFileHeaderSize - kChecked) != header_check(bytes, &check))
    return damaged(what, "checksum of the file header does not hold");
  FileHeader h;
  h.type = static_cast<FileType>(load_u16(&bytes[8]));
  h.version = load_u16(&bytes[10]);
  h.flags = load_u32(&bytes[12]);
  h.body_length = load_u64(&bytes[16]);
  std::memcpy(h.body_hash.data(), &bytes[24], h.body_hash.size());
  if (h.version == 0 || h.version > kFormatVersion || h.flags != 0)
    return fail(Code::kUnsupported, what,
                fmt::format("format version {} with flags {:#x}; this program reads up to {}", h.version,
                            h.flags, kFormatVersion),
                "use the version of Seabed that wrote it, or a newer one");
  return h;
}

std::string encode_file(FileType type, std::string_view body) {
  FileHeader h;
  h.type = type;
  h.body_length = body.size();
  if (!body.empty()) h.body_hash = hash128(body);
  std::string out = encode_file_header(h);
  out.append(body);
  return out;
}

Result<std::string> decode_file(FileType type, std::string_view bytes, const std::string& what) {
  SEABED_TRY(FileHeader h, decode_file_header(bytes, what));
  if (h.type != type)
    return damaged(
        what, fmt::format("holds a {} where a {} belongs", file_type_name(h.type), file_type_name(type)));
  std::string_view body = bytes.substr(kFileHeaderSize);
  if (body.size() != h.body_length)
    return damaged(what, fmt::format("body of {} bytes, {} were written", body.size(), h.body_length));
  if (h.body_hash != (body.empty() ? Hash128{} : hash128(body)))
    return damaged(what, "checksum of the body does not hold");
  return std::string(body);
}

}  // namespace seabed
