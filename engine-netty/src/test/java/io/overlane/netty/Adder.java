// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import java.util.function.Supplier;

/** Gives each channel of a bootstrap a handler of its own. */
@ChannelHandler.Sharable
final class Adder extends ChannelInitializer<Channel>
{
    private final Supplier<ChannelHandler> handlers;

    Adder(final Supplier<ChannelHandler> handlers)
    {
        this.handlers = handlers;
    }

    @Override
    protected void initChannel(final Channel channel)
    {
        channel.pipeline().addLast(handlers.get());
    }
}
