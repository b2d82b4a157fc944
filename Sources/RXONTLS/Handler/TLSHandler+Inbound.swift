public import NIOCore

extension TLSHandler {
  /// The largest buffer of plaintext that is handed on at once, in bytes.
  private static let deliveryLimit = 64 << 10

  /// How often reading may make an answer while none is read; what makes one comes in at most 64 KiB at a time.
  private static let unreadAnswerLimit = 16

  /// The largest empty buffer that is kept for the next time.
  private static let spareLimit = 1 << 10

  public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard phase != .over, !isInputOver, let connection else { return }
    var records = unwrapInboundIn(data)
    if connection.received.readableBytes == 0 {
      connection.received = records
    } else {
      connection.received.writeBuffer(&records)
    }
    if phase == .handshaking {
      continueHandshake(context)
    } else {
      deliver(context)
    }
  }

  public func channelReadComplete(context: ChannelHandlerContext) {
    if hasDelivered {
      completeDelivery(context)
    } else if phase == .handshaking || (isReadAwaited && phase == .established) {
      // What came was no plaintext, so that whoever asked for some still waits.
      context.read()
    } else if phase == .over {
      context.fireChannelReadComplete()
    }
  }

  public func read(context: ChannelHandlerContext) {
    isReadAwaited = true
    deliver(context)
    if !isDelivering, hasDelivered { completeDelivery(context) }
    context.read()
  }

  public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case ChannelEvent.inputClosed = event, phase != .over, phase != .idle else {
      context.fireUserInboundEventTriggered(event)
      return
    }
    // The handlers behind know already if the peer has said so.
    guard !isInputOver else { return }
    let isInHandshake = phase != .established
    guard let error = lossOfConnection(context) else { return }
    if isInHandshake {
      fail(context, error)
    } else if phase == .established {
      isInputOver = true
      context.fireErrorCaught(error)
      context.fireUserInboundEventTriggered(event)
    }
  }

  /// Hands on what can be decrypted, unless nobody asked for it.
  func deliver(_ context: ChannelHandlerContext) {
    guard isReadAwaited || hasDelivered || isReadingAutomatically(context) else { return }
    deliverAll(context)
  }

  private func isReadingAutomatically(_ context: ChannelHandlerContext) -> Bool {
    (try? context.channel.syncOptions?.getOption(.autoRead)) ?? true
  }

  private func deliverAll(_ context: ChannelHandlerContext) {
    guard !isDelivering else { return }
    isDelivering = true
    defer { isDelivering = false }
    while phase == .established, !isInputOver, let connection, connection.hasInput {
      var plaintext = spareBuffer
      spareBuffer = ByteBuffer()
      plaintext.clear(minimumCapacity: min(connection.expectedPlaintext, Self.deliveryLimit))
      let progress = connection.decrypt(into: &plaintext)
      if plaintext.readableBytes > 0 {
        // Before the call, in which the next read may be asked for.
        isReadAwaited = false
        hasDelivered = true
        context.fireChannelRead(wrapInboundOut(plaintext))
      } else if plaintext.capacity <= Self.spareLimit {
        spareBuffer = plaintext
      }
      after(progress, context)
      if case .needsInput = progress { break }
    }
  }

  private func after(_ progress: TLSConnection.Progress, _ context: ChannelHandlerContext) {
    guard phase == .established else { return }
    switch progress {
    case .done: break
    case .needsInput:
      // Reading may have made an answer, such as that to an update of keys.
      if connection?.toSend.readableBytes ?? 0 > 0 {
        sendRecords(context, promise: nil)
        context.flush()
        expectAnswersAreRead(context)
      }
    case .ended: inputEnded(context)
    case .failed(let error):
      completeDelivery(context)
      fail(context, error)
    }
  }

  /// A peer that asks for new keys and does not read the answers would have them pile up here.
  private func expectAnswersAreRead(_ context: ChannelHandlerContext) {
    unreadAnswers = context.channel.isWritable ? 0 : unreadAnswers + 1
    guard unreadAnswers > Self.unreadAnswerLimit else { return }
    completeDelivery(context)
    fail(context, TLSError(.protocolViolation, "the peer asks for new keys again and again, and reads no answer"))
  }

  private func completeDelivery(_ context: ChannelHandlerContext) {
    guard hasDelivered else { return }
    hasDelivered = false
    context.fireChannelReadComplete()
  }

  /// The peer has said that it sends no more.
  private func inputEnded(_ context: ChannelHandlerContext) {
    isInputOver = true
    completeDelivery(context)
    let isHalfClosureAllowed = (try? context.channel.syncOptions?.getOption(.allowRemoteHalfClosure)) ?? false
    if isHalfClosureAllowed, !isOutputOver {
      context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    } else {
      closeAll(context, promise: nil)
    }
  }

  /// Hands on everything that is left before the connection's end.
  /// - Returns: what is wrong with this end; nil when nothing is.
  func lossOfConnection(_ context: ChannelHandlerContext) -> TLSError? {
    switch phase {
    case .idle, .over: return nil
    case .handshaking: return .endInHandshake
    case .established:
      deliverAll(context)
      completeDelivery(context)
      guard phase == .established, !isInputOver else { return nil }
      return TLSError(
        .truncated, "the connection ended without the peer's word that everything was sent; something may be missing")
    }
  }
}
