import NIOCore
import NIOHTTP1

/// An `HTTPRequestDecoder` that can be told that the connection speaks another protocol now: from then on no byte is
/// read as HTTP, and what has come already is passed on when the decoder is removed.
final class UpgradableRequestDecoder: ByteToMessageDecoder {
  typealias InboundOut = HTTPServerRequestPart

  private let http: HTTPRequestDecoder
  var isUpgraded = false

  init(limits: HTTPServerLimits) {
    var configuration = NIOHTTPDecoderLimitConfiguration()
    configuration.maxHeaderFieldSize = limits.headerFieldSize
    configuration.maxHeaderListSize = limits.headerListSize
    configuration.maxHeaderFieldCount = limits.headerFieldCount
    http = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: configuration)
  }

  func decoderAdded(context: ChannelHandlerContext) {
    http.decoderAdded(context: context)
  }

  func decoderRemoved(context: ChannelHandlerContext) {
    http.decoderRemoved(context: context)
  }

  func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
    guard !isUpgraded else { return .needMoreData }
    return try http.decode(context: context, buffer: &buffer)
  }

  func decodeLast(context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool) throws -> DecodingState {
    guard isUpgraded else { return try http.decodeLast(context: context, buffer: &buffer, seenEOF: seenEOF) }
    if buffer.readableBytes > 0, !seenEOF {
      context.fireChannelRead(NIOAny(buffer))
      buffer.clear()
    }
    return .needMoreData
  }
}
