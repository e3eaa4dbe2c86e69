// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.host;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.tun.host.IpCommand;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An address, neighbour or route of a device on the host. */
public sealed interface HostEntry
{
    /** @return name of the device. */
    String device();

    /** @return true for IPv4. */
    boolean isV4();

    /** The place on the host that the entry takes; an entry with another value replaces it. */
    Object place();

    boolean isOn(HostPicture host);

    /** Arguments of {@code ip} that set the entry, without the family. */
    String setCommand();

    /**
     * @param setCommand of an entry.
     * @return the entry.
     * @throws IllegalArgumentException if it is no such command.
     */
    static HostEntry parse(final String setCommand)
    {
        final List<String> words = IpCommand.words(setCommand);
        final String device = IpCommand.wordAfter(words, "dev").orElse("");
        if (words.size() < 3 || device.isEmpty())
        {
            throw new IllegalArgumentException("'" + setCommand + "' sets no entry of a device");
        }
        final String what = words.get(2);
        return switch (words.get(0))
        {
            case "addr" -> new Address(device, IpPrefix.parse(what));
            case "neigh" -> new Neighbor(
                device, IpAddress.parse(what), MacAddress.parse(IpCommand.wordAfter(words, "lladdr").orElse("")));
            case "route" -> new Route(
                device, IpPrefix.parse(what), IpCommand.wordAfter(words, "via").map(IpAddress::parse).orElse(null));
            default -> throw new IllegalArgumentException("'" + setCommand + "' sets no address, neighbour or route");
        };
    }

    /** Arguments of {@code ip} that remove the entry, without the family. */
    String removeCommand();

    /** Arguments of {@code ip} that restore what the picture shows at the entry's place; null if that is nothing. */
    @Nullable String restoreCommand(HostPicture before);

    /** Whether the kernel refuses or forgets the entry while the device is down. */
    boolean needsDeviceUp();

    /**
     * An address of the device. An IPv6 address works at once, without duplicate address detection.
     *
     * @param device  its name.
     * @param address with the length of its on-link prefix.
     */
    record Address(String device, IpPrefix address) implements HostEntry
    {
        @Override
        public boolean isV4()
        {
            return address.address().isV4();
        }

        @Override
        public Object place()
        {
            return this;
        }

        @Override
        public boolean isOn(final HostPicture host)
        {
            return host.hasAddress(device, address);
        }

        @Override
        public String setCommand()
        {
            return "addr add " + address + " dev " + device + (isV4() ? "" : " nodad");
        }

        @Override
        public String removeCommand()
        {
            return "addr del " + address + " dev " + device;
        }

        @Override
        public @Nullable String restoreCommand(final HostPicture before)
        {
            return null;
        }

        @Override
        public boolean needsDeviceUp()
        {
            return false;
        }
    }

    /**
     * A permanent neighbour: the host never asks for its MAC address.
     *
     * @param device  its name.
     * @param address on the far side of the device.
     * @param mac     destination of the frames.
     */
    record Neighbor(String device, IpAddress address, MacAddress mac) implements HostEntry
    {
        @Override
        public boolean isV4()
        {
            return address.isV4();
        }

        @Override
        public Object place()
        {
            return List.of(device, address);
        }

        @Override
        public boolean isOn(final HostPicture host)
        {
            return mac.toString().equals(host.permanentNeighbor(device, address));
        }

        @Override
        public String setCommand()
        {
            return command(mac.toString());
        }

        @Override
        public String removeCommand()
        {
            return "neigh del " + address + " dev " + device;
        }

        @Override
        public @Nullable String restoreCommand(final HostPicture before)
        {
            final String macBefore = before.permanentNeighbor(device, address);
            return macBefore == null ? null : command(macBefore);
        }

        @Override
        public boolean needsDeviceUp()
        {
            return true;
        }

        private String command(final String lladdr)
        {
            return "neigh replace " + address + " lladdr " + lladdr + " dev " + device + " nud permanent";
        }
    }

    /**
     * A route with the default metric. The gateway counts as reachable through the device, whatever addresses the
     * device has.
     *
     * @param device  its name.
     * @param subnet  destination; the bits behind its length do not matter.
     * @param gateway of the same family; null for a route into the device itself.
     */
    record Route(String device, IpPrefix subnet, @Nullable IpAddress gateway) implements HostEntry
    {
        @Override
        public boolean isV4()
        {
            return subnet.address().isV4();
        }

        @Override
        public Object place()
        {
            return subnet.base();
        }

        @Override
        public boolean isOn(final HostPicture host)
        {
            return host.hasRoute(subnet, device, gateway);
        }

        @Override
        public String setCommand()
        {
            return "route replace " + target();
        }

        @Override
        public String removeCommand()
        {
            return "route del " + target();
        }

        @Override
        public @Nullable String restoreCommand(final HostPicture before)
        {
            final String routeBefore = before.route(subnet);
            return routeBefore == null ? null : "route replace " + routeBefore;
        }

        @Override
        public boolean needsDeviceUp()
        {
            return true;
        }

        private String target()
        {
            return subnet.base() + (gateway == null ? "" : " via " + gateway) + " dev " + device +
                (gateway == null ? "" : " onlink");
        }
    }
}
