package main

import (
	"context"
	"os/signal"
	"syscall"

	"github.com/alicebob/miniredis/v2"
)

// serveRedis is the cache that Argo CD cannot do without, until it is told to end.
func serveRedis(address string) error {
	redis := miniredis.NewMiniRedis()
	if err := redis.StartAddr(address); err != nil {
		return err
	}
	defer redis.Close()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	<-ctx.Done()
	return nil
}
