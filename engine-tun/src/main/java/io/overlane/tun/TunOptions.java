// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import io.overlane.setting.Setting;
import io.overlane.tun.libc.Linux;

/** The device to create or to attach to. Every setter checks its value. */
public final class TunOptions
{
    /** Longest interface name, in bytes (IFNAMSIZ less its terminating zero). */
    public static final int MAX_NAME_LENGTH = Linux.IFNAME_SIZE - 1;

    private static final String NUMBER_PATTERN = "%d";

    private final TunKind kind;
    private final String name;
    private int vnetHeaderLength = VirtioNetHeader.MERGEABLE_LENGTH;
    private TunOffload offload = TunOffload.CHECKSUM;
    private boolean multiQueue;

    /**
     * @param kind Ethernet frames or IP packets.
     * @param name of the interface; the kernel puts a free number in place of one {@code %d}.
     * @throws IllegalArgumentException if an interface cannot have this name.
     */
    public TunOptions(final TunKind kind, final String name)
    {
        this.kind = Setting.notNull("kind", kind);
        this.name = checkName(Setting.notNull("name", name));
    }

    /**
     * Applies the kernel's rules ({@code dev_valid_name}), and refuses bytes that cause trouble in a shell or a log.
     */
    private static String checkName(final String name)
    {
        final String plain = name.replaceFirst(NUMBER_PATTERN, "");
        String wrong = null;
        if (name.isEmpty() || ".".equals(name) || "..".equals(name))
        {
            wrong = "not an interface name";
        }
        else if (name.length() > MAX_NAME_LENGTH)
        {
            wrong = "longer than " + MAX_NAME_LENGTH + " characters";
        }
        else if (!plain.chars().allMatch(c -> c > ' ' && c < 0x7F))
        {
            wrong = "blanks, control and non-ASCII characters are not allowed";
        }
        else if (plain.chars().anyMatch(c -> c == '/' || c == ':' || c == '%'))
        {
            wrong = "'/', ':' and '%' are not allowed, except one %d for a number of the kernel's choice";
        }
        if (wrong != null)
        {
            throw new IllegalArgumentException("interface name '" + name + "': " + wrong);
        }
        return name;
    }

    /** @param length of the header in front of each frame: 10, 12 (the default), or 0 for none, and so no offload. */
    public TunOptions vnetHeaderLength(final int length)
    {
        if (length != 0 && length != VirtioNetHeader.LENGTH && length != VirtioNetHeader.MERGEABLE_LENGTH)
        {
            throw new IllegalArgumentException("vnetHeaderLength=" + length + " is none of 0, 10, 12");
        }
        vnetHeaderLength = length;
        return this;
    }

    /**
     * @param offload to request; {@link TunOffload#CHECKSUM} by default. Without a vnet header it is always
     *                {@link TunOffload#NONE}.
     */
    public TunOptions offload(final TunOffload offload)
    {
        this.offload = Setting.notNull("offload", offload);
        return this;
    }

    /**
     * @param multiQueue true to allow more than one queue. Each further queue is attached to the same name with the
     *                   same options.
     */
    public TunOptions multiQueue(final boolean multiQueue)
    {
        this.multiQueue = multiQueue;
        return this;
    }

    /** @return Ethernet frames or IP packets. */
    public TunKind kind()
    {
        return kind;
    }

    /** @return the name, or a pattern with {@code %d}. */
    public String name()
    {
        return name;
    }

    public int vnetHeaderLength()
    {
        return vnetHeaderLength;
    }

    public TunOffload offload()
    {
        return vnetHeaderLength == 0 ? TunOffload.NONE : offload;
    }

    /** @return true if the device may have more than one queue. */
    public boolean multiQueue()
    {
        return multiQueue;
    }

    boolean isPattern()
    {
        return name.contains(NUMBER_PATTERN);
    }

    /** @return the flags of TUNSETIFF. */
    int flags()
    {
        return kind.flag() | Linux.IFF_NO_PI | (vnetHeaderLength == 0 ? 0 : Linux.IFF_VNET_HDR) |
            (multiQueue ? Linux.IFF_MULTI_QUEUE : 0);
    }
}
