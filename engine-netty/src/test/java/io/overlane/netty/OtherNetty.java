// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.overlane.address.IpAddress;
import io.overlane.port.RingPort;
import io.overlane.underlay.UnderlayOptions;

/** An application that runs with another Netty than it was compiled with, and prints what it is told about that. */
final class OtherNetty
{
    private OtherNetty()
    {
    }

    /** @param args none. */
    public static void main(final String[] args)
    {
        NettyUnderlay.open(new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0)).whenComplete((underlay, ex) ->
        {
            System.out.println("underlay: " + ex);
            if (underlay != null)
            {
                underlay.close();
            }
        });
        print("port", () -> new PortChannel(new RingPort("app", 1450, 16)));
        print("device", () -> new TapChannel());
    }

    private static void print(final String what, final Runnable action)
    {
        try
        {
            action.run();
            System.out.println(what + ": null");
        }
        catch (final Throwable ex)
        {
            System.out.println(what + ": " + ex);
        }
    }
}
