// SPDX-License-Identifier: Apache-2.0
package io.overlane.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.frame.FrameBatch;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An object of an interface that another one passes its calls on to.
 *
 * @param <T> the interface.
 */
public final class PassedCalls<T>
{
    /** An argument of each type, and an answer that is not the one of an interface's own method. */
    private static final Map<Class<?>, Object> VALUES = Map.ofEntries(
        Map.entry(String.class, "behind"), Map.entry(int.class, 7), Map.entry(long.class, 11L),
        Map.entry(double.class, 0.25), Map.entry(boolean.class, true), Map.entry(Set.class, Set.of(13)),
        Map.entry(FrameBatch.class, new FrameBatch(1)), Map.entry(Runnable.class, (Runnable)() -> {}),
        Map.entry(ReceiveBatch.class, new ReceiveBatch(1)), Map.entry(SendBatch.class, new SendBatch(1)),
        Map.entry(IpAddress.class, IpAddress.parse("239.1.1.1")), Map.entry(Vtep.class, Vtep.parse("192.0.2.1", 4789)));

    private final Class<T> type;
    private final List<String> calls = new ArrayList<>();
    private final T behind;

    /** @param type the interface. */
    public PassedCalls(final Class<T> type)
    {
        this.type = type;
        behind = type.cast(Proxy.newProxyInstance(
            type.getClassLoader(), new Class<?>[]{type}, (proxy, method, args) ->
            {
                calls.add(method.getName() + Arrays.toString(args));
                return VALUES.get(method.getReturnType());
            }));
    }

    /** @return the object that gets the calls. */
    public T behind()
    {
        return behind;
    }

    /** @return the calls since the last one that {@link #assertPassedOn} made. */
    public List<String> seen()
    {
        return calls;
    }

    /**
     * Call every method.
     *
     * @param front  passes its calls on.
     * @param except names of methods that it does not pass on.
     */
    public void assertPassedOn(final T front, final String... except) throws ReflectiveOperationException
    {
        for (final Method method : type.getMethods())
        {
            if (!List.of(except).contains(method.getName()))
            {
                final Object[] args =
                    Arrays.stream(method.getParameterTypes()).map(VALUES::get).toArray();
                calls.clear();
                assertEquals(VALUES.get(method.getReturnType()), method.invoke(front, args), method.getName());
                assertEquals(
                    List.of(method.getName() + Arrays.toString(args.length == 0 ? null : args)), calls);
            }
        }
    }
}
