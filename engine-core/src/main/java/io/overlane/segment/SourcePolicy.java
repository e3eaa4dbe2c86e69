package io.overlane.segment;

/** From which outer source addresses datagrams are accepted. Source ports are never looked at: they vary by flow. */
public enum SourcePolicy
{
    /** From anywhere, as Linux does. Whoever reaches the UDP port can inject frames. */
    ANY,

    /** Only from the address of a remote that is configured or has been learned, in any segment of the engine. */
    KNOWN,

    /** As {@link #KNOWN}, and in the IP network the inner source must be routed to that same address. */
    ROUTED
}
