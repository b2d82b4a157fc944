// The calls of a transport are RXONWire's: who imports this module can make them.
@_exported import RXONWire
