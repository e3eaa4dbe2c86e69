/**
 * What flannel's backends say in JSON: their part of the network configuration and of a lease.
 */
package io.overlane.flannel.backend;
