// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.overlane.setting.Setting;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunException;
import io.overlane.tun.TunKind;
import io.overlane.tun.TunOptions;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The options of a {@link TapChannel}: kept until it has a device, then set on the device at once. */
@SuppressWarnings("ReferenceEquality") // Each option is one object.
final class TapChannelConfig extends FrameChannel.Config
{
    private static final int MAX_MTU = 65_535;

    private final FrameAllocator allocator;
    private TunKind kind = TunKind.TAP;
    private boolean multiQueue;
    private int mtu;
    private @Nullable Boolean persist;
    private boolean up = true;
    private int sendBufferLength;
    private @Nullable TunDevice device;

    TapChannelConfig(final TapChannel channel, final FrameAllocator allocator)
    {
        super(channel, allocator);
        this.allocator = allocator;
    }

    /** Open the device with this name, or create it if there is none. */
    synchronized TunDevice open(final String name) throws IOException
    {
        final TunOptions options = new TunOptions(kind, name).vnetHeaderLength(0).multiQueue(multiQueue);
        final TunDevice opened = openOrCreate(options);
        try
        {
            use(opened);
            return opened;
        }
        catch (final IOException | RuntimeException | Error ex)
        {
            opened.close();
            throw ex;
        }
    }

    private static TunDevice openOrCreate(final TunOptions options) throws TunException
    {
        if (!options.name().contains("%"))
        {
            try
            {
                return TunDevice.attach(options);
            }
            catch (final TunException ex)
            {
                if (ex.reason() != TunException.Reason.NO_SUCH_DEVICE)
                {
                    throw ex;
                }
            }
        }
        return TunDevice.create(options);
    }

    /** Set the options on a device that is open. */
    synchronized void use(final TunDevice opened) throws IOException
    {
        if (opened.vnetHeaderLength() != 0)
        {
            throw new IllegalArgumentException("'" + opened.name() + "' has a vnet header of " +
                opened.vnetHeaderLength() + " bytes; open it with TunOptions.vnetHeaderLength(0)");
        }
        if (persist != null)
        {
            opened.persistent(persist);
        }
        if (sendBufferLength > 0)
        {
            opened.sendBufferLength(sendBufferLength);
        }
        if (mtu > 0)
        {
            opened.mtu(mtu);
        }
        if (up && !opened.isUp())
        {
            opened.up(true);
        }
        allocator.mtu(opened.mtu());
        device = opened;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions()
    {
        return getOptions(
            super.getOptions(),
            TapChannelOption.KIND,
            TapChannelOption.MULTI_QUEUE,
            TapChannelOption.MTU,
            TapChannelOption.PERSIST,
            TapChannelOption.UP,
            ChannelOption.SO_SNDBUF);
    }

    @Override
    @SuppressWarnings("unchecked")
    public synchronized <T> @Nullable T getOption(final ChannelOption<T> option)
    {
        if (option == TapChannelOption.KIND)
        {
            return (T)kind;
        }
        if (option == TapChannelOption.MULTI_QUEUE)
        {
            return (T)Boolean.valueOf(multiQueue);
        }
        if (option == TapChannelOption.MTU)
        {
            return (T)Integer.valueOf(mtu);
        }
        if (option == TapChannelOption.PERSIST)
        {
            return (T)persist;
        }
        if (option == TapChannelOption.UP)
        {
            return (T)Boolean.valueOf(up);
        }
        if (option == ChannelOption.SO_SNDBUF)
        {
            return (T)Integer.valueOf(sendBufferLength);
        }
        return super.getOption(option);
    }

    @Override
    public synchronized <T> boolean setOption(final ChannelOption<T> option, final T value)
    {
        validate(option, value);
        try
        {
            return set(option, value) || super.setOption(option, value);
        }
        catch (final IOException ex)
        {
            throw new ChannelException(ex.getMessage(), ex);
        }
    }

    private <T> boolean set(final ChannelOption<T> option, final T value) throws IOException
    {
        if (option == TapChannelOption.KIND)
        {
            checkUnbound(option);
            kind = (TunKind)value;
        }
        else if (option == TapChannelOption.MULTI_QUEUE)
        {
            checkUnbound(option);
            multiQueue = (Boolean)value;
        }
        else if (option == TapChannelOption.MTU)
        {
            mtu = Setting.inRange("MTU", (Integer)value, 1, MAX_MTU);
            if (device != null)
            {
                device.mtu(mtu);
                allocator.mtu(mtu);
            }
        }
        else if (option == TapChannelOption.PERSIST)
        {
            persist = (Boolean)value;
            if (device != null)
            {
                device.persistent(persist);
            }
        }
        else if (option == TapChannelOption.UP)
        {
            up = (Boolean)value;
            if (device != null)
            {
                device.up(up);
            }
        }
        else if (option == ChannelOption.SO_SNDBUF)
        {
            sendBufferLength = Setting.atLeast("SO_SNDBUF", (Integer)value, 1);
            if (device != null)
            {
                device.sendBufferLength(sendBufferLength);
            }
        }
        else
        {
            return false;
        }
        return true;
    }

    private void checkUnbound(final ChannelOption<?> option)
    {
        if (device != null)
        {
            throw new IllegalStateException(
                option.name() + " cannot change while the channel has a device; set it before bind");
        }
    }
}
