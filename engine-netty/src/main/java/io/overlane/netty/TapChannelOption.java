// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.channel.ChannelOption;
import io.overlane.tun.TunKind;

/**
 * Options of a {@link TapChannel}, beside those that every channel has. {@link ChannelOption#SO_SNDBUF} limits the
 * memory of frames that the host has not processed yet, in bytes; without it, a device takes every frame.
 *
 * @param <T> type of the value.
 */
public final class TapChannelOption<T> extends ChannelOption<T>
{
    /** Ethernet frames, which is the default, or IP packets. Before the channel is bound. */
    public static final ChannelOption<TunKind> KIND = valueOf(TapChannelOption.class, "KIND");

    /**
     * True to bind several channels to one device, each to a queue of its own, and each with this option. The kernel
     * distributes the flows. False by default. Before the channel is bound.
     */
    public static final ChannelOption<Boolean> MULTI_QUEUE = valueOf(TapChannelOption.class, "MULTI_QUEUE");

    /** The IP MTU of the device, in bytes. By default it stays as it is; a new device has 1500. */
    public static final ChannelOption<Integer> MTU = valueOf(TapChannelOption.class, "MTU");

    /** True to keep the device when its last channel is closed. By default an existing device stays as it is. */
    public static final ChannelOption<Boolean> PERSIST = valueOf(TapChannelOption.class, "PERSIST");

    /** Whether the channel sets the device up when it is bound; true by default. */
    public static final ChannelOption<Boolean> UP = valueOf(TapChannelOption.class, "UP");

    @SuppressWarnings("deprecation") // Netty has no other constructor for options of an application's own.
    private TapChannelOption()
    {
        super("TapChannelOption");
    }
}
