// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import java.lang.reflect.Proxy;

/**
 * Handles SIGHUP. The JDK has no public API for signals, so this uses {@code sun.misc.Signal} by reflection if it
 * exists, as in every JDK so far.
 */
final class Hangup
{
    private Hangup()
    {
    }

    /**
     * @param reaction to SIGHUP, on a thread of the JVM; without it SIGHUP would end the program.
     * @return false if this JVM cannot report signals.
     */
    static boolean onHangup(final Runnable reaction)
    {
        try
        {
            final Class<?> signal = Class.forName("sun.misc.Signal");
            final Class<?> handler = Class.forName("sun.misc.SignalHandler");
            final Object reactor = Proxy.newProxyInstance(
                Hangup.class.getClassLoader(), new Class<?>[]{handler}, (proxy, method, arguments) ->
                {
                    if ("handle".equals(method.getName()))
                    {
                        reaction.run();
                        return null;
                    }
                    return method.invoke(reaction, arguments);
                });
            signal.getMethod("handle", signal, handler)
                .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), reactor);
            return true;
        }
        catch (final ReflectiveOperationException ex)
        {
            return false;
        }
    }
}
