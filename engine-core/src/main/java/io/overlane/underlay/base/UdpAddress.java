// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay.base;

import io.overlane.address.IpAddress;
import io.overlane.underlay.UnderlayException;
import io.overlane.underlay.UnderlayOptions;
import org.jspecify.annotations.Nullable;

/** Checks and error messages that all underlays share when they bind a UDP socket. */
public final class UdpAddress
{
    private static final int MAX_PORT = 0xFFFF;

    private UdpAddress()
    {
    }

    /**
     * @param address to bind to.
     * @param udpPort to bind to, 0 for any free port.
     * @throws IllegalArgumentException if no socket can be bound to them.
     */
    public static void check(final IpAddress address, final int udpPort)
    {
        if (address == null)
        {
            throw new IllegalArgumentException("the local address is null; IpAddress.ANY_V4 binds to every address");
        }
        if (udpPort < 0 || udpPort > MAX_PORT)
        {
            throw new IllegalArgumentException("not a UDP port: " + udpPort + " (expected 0…65535)");
        }
        if (address.isMulticast())
        {
            throw new IllegalArgumentException("not an address to send from: " + address + " is a multicast group");
        }
    }

    /**
     * @param address that was to be bound.
     * @param udpPort that was to be bound.
     * @param reason  message of the operating system.
     * @param cause   the exception, if there is one.
     * @return an error whose message of one line says what to do, where the reason is a known one.
     */
    public static UnderlayException cannotBind(
        final IpAddress address, final int udpPort, final String reason, final @Nullable Throwable cause)
    {
        return new UnderlayException(
            "cannot bind UDP " + text(address, udpPort) + ": " + reason + advice(address, reason), cause);
    }

    /**
     * @param options of the underlay.
     * @param reason  why it cannot be opened, and what to do.
     * @param cause   the exception, if there is one.
     * @return an error with a message of one line.
     */
    public static UnderlayException cannotOpen(
        final UnderlayOptions options, final String reason, final @Nullable Throwable cause)
    {
        return new UnderlayException(
            "cannot open UDP " + text(options.local(), options.udpPort()) + ": " + reason, cause);
    }

    private static String text(final IpAddress address, final int udpPort)
    {
        return (address.isV4() ? address.toString() : "[" + address + "]") + ":" + udpPort;
    }

    private static String advice(final IpAddress address, final String reason)
    {
        if (reason.contains("Address already in use"))
        {
            return "; choose another port, or stop the program or vxlan device that has it " +
                "('ss -ulnp' and 'ip -d link show type vxlan' show them)";
        }
        if (reason.contains("Cannot assign requested address"))
        {
            return "; choose an address of this host that is up ('ip address' shows them)" +
                (address.isV4() ? "" : ", or wait until it is no longer 'tentative'");
        }
        if (reason.contains("Permission denied"))
        {
            return "; choose a higher port, or run with CAP_NET_BIND_SERVICE";
        }
        return "";
    }
}
