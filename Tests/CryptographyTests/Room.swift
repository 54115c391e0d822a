// Room.swift
