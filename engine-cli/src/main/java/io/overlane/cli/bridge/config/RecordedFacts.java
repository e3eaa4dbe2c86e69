// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.config;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.cli.bridge.plan.HostFacts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Asks a host for facts, and records the questions and answers. */
final class RecordedFacts implements HostFacts
{
    private final HostFacts host;
    private final List<Asked<?>> record = new ArrayList<>();

    private record Asked<T>(Function<HostFacts, T> question, T answer)
    {
        private boolean isTrueOn(final HostFacts host)
        {
            return answer.equals(question.apply(host));
        }
    }

    RecordedFacts(final HostFacts host)
    {
        this.host = host;
    }

    /** True if a host now gives the same answers. */
    boolean areTrueOn(final HostFacts other)
    {
        try
        {
            return record.stream().allMatch(asked -> asked.isTrueOn(other));
        }
        catch (final IllegalArgumentException ex)
        {
            // The interface no longer exists.
            return false;
        }
    }

    private <T> T ask(final Function<HostFacts, T> question)
    {
        final T answer = question.apply(host);
        record.add(new Asked<>(question, answer));
        return answer;
    }

    @Override
    public boolean isOwnAddress(final IpAddress address)
    {
        return ask(facts -> facts.isOwnAddress(address));
    }

    @Override
    public Optional<IpAddress> sourceTowards(final IpAddress remote)
    {
        return ask(facts -> facts.sourceTowards(remote));
    }

    @Override
    public int underlayMtu(final IpAddress local, final Collection<IpAddress> remotes)
    {
        final List<IpAddress> copy = List.copyOf(remotes);
        return ask(facts -> facts.underlayMtu(local, copy));
    }

    @Override
    public int interfaceMtu(final String name)
    {
        return ask(facts -> facts.interfaceMtu(name));
    }

    @Override
    public MacAddress stableMac(final String device, final IpAddress underlay, final int vni)
    {
        return ask(facts -> facts.stableMac(device, underlay, vni));
    }
}
