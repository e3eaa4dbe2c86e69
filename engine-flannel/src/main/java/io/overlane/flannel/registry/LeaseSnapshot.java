// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.flannel.lease.Lease;
import java.util.List;

/**
 * Every lease at one moment.
 *
 * @param leases   all that could be read; their time to live is not asked for.
 * @param revision of the registry at that moment; changes are followed from the next one.
 */
public record LeaseSnapshot(List<Lease> leases, long revision)
{
}
