public import NIOCore

extension TLSHandler {
  public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard phase != .over, !isOutputOver, earlyOutputClose == nil else {
      promise?.fail(phase == .over ? ChannelError.ioOnClosedChannel : ChannelError.outputClosed)
      return
    }
    // A file would have to be read to be encrypted, which blocks.
    guard case .byteBuffer(let data) = unwrapOutboundIn(data) else {
      promise?.fail(ChannelError.operationUnsupported)
      return
    }
    pending.append(data, promise: promise)
    if phase != .established, pending.byteCount > Self.earlyWriteLimit {
      fail(
        context,
        TLSError(
          .tooMuchWritten, "more than \(Self.earlyWriteLimit >> 20) MiB were written before the TLS handshake's end"))
    }
  }

  public func flush(context: ChannelHandlerContext) {
    pending.flush()
    sendPending(context)
  }

  /// Encrypts and sends what was flushed, once the handshake is over.
  func sendPending(_ context: ChannelHandlerContext) {
    guard phase == .established, pending.hasFlushed else { return }
    while phase == .established, pending.hasFlushed, let connection {
      do {
        let promises = try pending.encryptBatch(on: connection)
        sendRecords(context, promise: promises.joined())
      } catch {
        fail(context, error)
        return
      }
    }
    context.flush()
  }

  /// Writes the records that were made, without flushing.
  func sendRecords(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
    guard let connection else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    let records = connection.toSend
    connection.toSend = ByteBuffer()
    // Without records too, a promise is kept in its turn.
    guard records.readableBytes > 0 || promise != nil else { return }
    context.write(wrapOutboundOut(records), promise: promise)
  }

  // MARK: - Closing

  public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    switch mode {
    case .all: closeAll(context, promise: promise)
    case .output: closeOutput(context, promise: promise)
    case .input: promise?.fail(ChannelError.operationUnsupported)
    }
  }

  /// Says goodbye if there is anyone to say it to, and closes.
  func closeAll(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
    if phase == .established, !isOutputOver { sendCloseNotify(context) }
    end()
    pending.fail(ChannelError.ioOnClosedChannel)
    context.close(promise: promise)
  }

  func closeOutput(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
    switch phase {
    case .idle, .over: context.close(mode: .output, promise: promise)
    case .handshaking:
      guard earlyOutputClose == nil else {
        promise?.fail(ChannelError.outputClosed)
        return
      }
      pending.flush()
      earlyOutputClose = EarlyOutputClose(promise: promise)
    case .established where isOutputOver: promise?.fail(ChannelError.outputClosed)
    case .established where isInputOver: closeAll(context, promise: promise)
    case .established:
      // What was written before goes out first, flushed or not.
      pending.flush()
      sendPending(context)
      guard phase == .established else {
        promise?.fail(ChannelError.ioOnClosedChannel)
        return
      }
      sendCloseNotify(context)
      context.close(mode: .output, promise: promise)
    }
  }

  private func sendCloseNotify(_ context: ChannelHandlerContext) {
    isOutputOver = true
    connection?.sendCloseNotify()
    sendRecords(context, promise: nil)
    context.flush()
  }
}
